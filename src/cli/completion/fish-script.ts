/** The completion script of fish: the same reading of a line as for the other shells, in its own words. */
import type { Tables } from './tables.ts';

/** `gradus` is the program to ask for names: an absolute path. */
export function fishScript(tables: Tables, gradus: string): string {
  return `# Completion of gradus for fish, made by: gradus completion fish

function __gradus_is_command
  switch $argv[1]
    case ${tables.commands.map(quoted).join(' ')}
      return 0
  end
  return 1
end

${lookUp('value', tables.values)}
${lookUp('argument', tables.arguments)}
${lookUp('subcommands', tables.subcommands)}
${lookUp('options', tables.options)}
function __gradus_candidates
  set -l words (commandline -opc)
  set -l cur (commandline -ct)
  set -l front ''
  set -e words[1]
  # --model=NAME is one word: the part behind = is what is completed.
  if string match -qr -- '^--[^=]+=' "$cur"
    set front (string replace -r -- '=.*' '=' "$cur")
    set -a words (string replace -r -- '=.*' '' "$cur")
    set cur (string replace -r -- '^[^=]+=' '' "$cur")
  end
  set -l at ''
  set -l want ''
  set -l given ''
  set -l nth 0
  set -l ended 0
  for word in $words
    if test -n "$want"
      set want ''
      string match -q -- '-*' "$word"; or continue
    end
    if test $ended = 1
      set nth (math $nth + 1)
    else if test "$word" = --
      set ended 1
    else if string match -q -- '-*' "$word"
      set want (__gradus_value "$at $word")
    else if test $nth = 0; and __gradus_is_command "$at $word"
      set at "$at $word"
    else
      test $nth = 0; and set given $word
      set nth (math $nth + 1)
    end
  end
  if test -z "$want"
    if string match -q -- '-*' "$cur"
      __gradus_options "$at"
      return
    end
    set -l list
    test $nth = 0; and set list (__gradus_subcommands "$at")
    if test (count $list) -gt 0
      printf '%s\\n' $list
      return
    end
    set want (__gradus_argument "$at $nth")
  end
  set -l parts (string split ' ' -- "$want")
  switch $parts[1]
    case words
      printf "$front%s\\n" $parts[2..-1]
    case names
      for line in (${quoted(gradus)} complete $parts[2] "$given" 2>/dev/null </dev/null)
        printf '%s\\n' "$front$line"
      end
  end
  if contains files $parts
    __fish_complete_path "$cur"
  end
end

complete -c gradus -e
complete -c gradus -f -a '(__gradus_candidates)'
`;
}

/** Prints what belongs to a key, nothing for an unknown one. */
function lookUp(name: string, pairs: readonly [string, string][]): string {
  const cases = pairs.map(([key, text]) => `    case ${quoted(key)}\n      printf '%s\\n' ${quoted(text)}`).join('\n');
  return `function __gradus_${name}\n  switch $argv[1]\n${cases}\n  end\nend\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
