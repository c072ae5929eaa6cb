/** Types of mathjs's single-file build, which loads eight times as fast as its hundreds of modules. */
declare module 'mathjs/lib/browser/math.js' {
  const math: import('mathjs').MathJsInstance;
  export default math;
}
