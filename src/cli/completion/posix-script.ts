/** The completion scripts of bash and zsh: the tables and how a line is read are the same text, which both shells understand. */
import type { Tables } from './tables.ts';

/** `gradus` is the program to ask for names: an absolute path. */
export function bashScript(tables: Tables, gradus: string): string {
  return `${head('bash')}
${reading(tables, gradus)}
_gradus() {
  local at= want= nth= given= list= name= rest= cur="\${COMP_WORDS[COMP_CWORD]}"
  # Bash cuts words at = too.
  [ "$cur" = '=' ] && cur=
  __gradus_find "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  __gradus_list "$cur"
  COMPREPLY=()
  while IFS=$'\\t' read -r name rest; do
    [ -n "$name" ] && [[ $name == "$cur"* ]] || continue
    case "$want" in
      *files*) COMPREPLY+=("$name") ;;
      # What stands in a command line is obeyed: names of others are quoted.
      *) COMPREPLY+=("$(printf '%q' "$name")") ;;
    esac
  done <<< "$list"
  case "$want" in
    *files*)
      compopt -o filenames 2> /dev/null
      while IFS= read -r name; do [ -n "$name" ] && COMPREPLY+=("$name"); done <<< "$(compgen -f -- "$cur")"
      ;;
  esac
}

complete -F _gradus gradus
`;
}

export function zshScript(tables: Tables, gradus: string): string {
  return `#compdef gradus
${head('zsh')}
${reading(tables, gradus)}
_gradus() {
  local at= want= nth= given= list= name= rest=
  local -a found
  __gradus_find "\${(@)words[2,CURRENT-1]}"
  # --model=NAME is one word here: the part behind = is what is completed.
  case "$PREFIX" in
    --*=*)
      __gradus_find "\${(@)words[2,CURRENT-1]}" "\${PREFIX%%=*}"
      compset -P 1 '*='
      ;;
  esac
  __gradus_list "$PREFIX"
  while IFS=$'\\t' read -r name rest; do
    [ -n "$name" ] && found+=("\${name//:/\\\\:}:$rest")
  done <<< "$list"
  (( $#found )) && _describe -t gradus gradus found
  case "$want" in *files*) _files ;; esac
}

# As a file in fpath it is the function itself; read by source or eval it registers the function.
if [ "$funcstack[1]" = _gradus ]; then _gradus "$@"; else compdef _gradus gradus; fi
`;
}

function head(shell: string): string {
  return `# Completion of gradus for ${shell}, made by: gradus completion ${shell}`;
}

/**
 * From the words before the cursor: the command that they name (at), the source of the value that comes next (want), the
 * place of the argument (nth), and the first argument (given). Then the candidates, a line each (list).
 */
function reading(tables: Tables, gradus: string): string {
  return `
__gradus_is_command() {
  case "$1" in
    ${tables.commands.map(quoted).join(' | ')}) return 0 ;;
  esac
  return 1
}

__gradus_value() {
  case "$1" in
${cases('want', tables.values)}
    *) want= ;;
  esac
}

__gradus_argument() {
  case "$1" in
${cases('want', tables.arguments)}
    *) want= ;;
  esac
}

__gradus_subcommands() {
  case "$1" in
${cases('list', tables.subcommands)}
    *) list= ;;
  esac
}

__gradus_options() {
  case "$1" in
${cases('list', tables.options)}
    *) list= ;;
  esac
}

__gradus_find() {
  at= want= nth=0 given=
  local word= ended=
  for word in "$@"; do
    if [ -n "$want" ]; then
      [ "$word" = '=' ] && continue
      want=
      case "$word" in -*) ;; *) continue ;; esac
    fi
    if [ -n "$ended" ]; then
      nth=$((nth + 1))
    elif [ "$word" = -- ]; then
      ended=1
    else
      case "$word" in
        -*) __gradus_value "$at $word" ;;
        *)
          if [ "$nth" = 0 ] && __gradus_is_command "$at $word"; then
            at="$at $word"
          else
            [ "$nth" = 0 ] && given=$word
            nth=$((nth + 1))
          fi
          ;;
      esac
    fi
  done
}

__gradus_list() {
  list=
  if [ -z "$want" ]; then
    case "$1" in
      -*) __gradus_options "$at"; return ;;
    esac
    [ "$nth" = 0 ] && __gradus_subcommands "$at"
    [ -n "$list" ] && return
    __gradus_argument "$at $nth"
  fi
  case "$want" in
    words*) list=$(printf '%s' "$want" | tr ' ' '\\n' | tail -n +2) ;;
    names*)
      local kind="\${want#names }"
      list=$(${quoted(gradus)} complete "\${kind% files}" "$given" 2> /dev/null < /dev/null)
      ;;
  esac
}
`;
}

function cases(variable: string, pairs: readonly [string, string][]): string {
  return pairs.map(([key, text]) => `    ${quoted(key)}) ${variable}=${quoted(text)} ;;`).join('\n');
}

/** In single quotes nothing is obeyed. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
