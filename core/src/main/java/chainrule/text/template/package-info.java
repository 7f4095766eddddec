/**
 * Chat templates: a small interpreter of the Jinja language as Hugging Face transformers offers it to the templates
 * that models ship.
 *
 * <ul>
 *   <li>{@link chainrule.text.template.ChatTemplate} parses a template and renders a conversation;
 *       {@link chainrule.text.template.TemplateException} is everything that can be wrong with either.
 *   <li>From text to tree: {@code Lexer} ({@code Token}, {@code Literals}), {@code ExpressionParser} and
 *       {@code Parser} make {@code Expr} and {@code Stmt}; {@code Names} says which variables a scope has.
 *   <li>From tree to text: {@code Executor} runs statements, {@code Evaluator} computes expressions, {@code Frame}
 *       holds a scope's variables, {@code Budget} bounds the work.
 *   <li>Python's values: {@code Value} for what Java has no type for (a list is a {@code java.util.List}, an integer a
 *       {@code Long} or {@code BigInteger}); {@code Values}, {@code Compare}, {@code Arithmetic}, {@code Repr},
 *       {@code Text}, {@code Attributes} for what Python does with them; {@code Json}, {@code NumberFormat},
 *       {@code StringFormat} and {@code Strftime} for its ways to write them.
 *   <li>What a template can call: {@code Globals}, {@code Filters} (with {@code SequenceFilters},
 *       {@code SelectFilters}, {@code TextFilters}, {@code NumberFilters}), {@code Tests}, {@code StringMethods},
 *       {@code Methods}.
 * </ul>
 *
 * To add a filter, test, method or global function, add one {@code Builtin} with its Python signature to the table of
 * its kind. A value that reaches a template is built here from plain data: no Java object is ever within its reach.
 */
@NullMarked
package chainrule.text.template;

import org.jspecify.annotations.NullMarked;
