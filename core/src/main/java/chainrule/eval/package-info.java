/**
 * What a language model makes of given texts.
 *
 * <ul>
 *   <li>{@link chainrule.eval.Perplexity}: one number for a long text, by windows.
 *   <li>{@link chainrule.eval.Scoring}: every token's log-probability and the best alternatives to it.
 *   <li>{@link chainrule.eval.Reading}: how texts are read for that, as prompts or as decoded tokens are.
 * </ul>
 *
 * To add a measure of a model on a text, write a record of its settings that looks at logits through a {@code Reading}.
 */
@NullMarked
package chainrule.eval;

import org.jspecify.annotations.NullMarked;
