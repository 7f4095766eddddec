/**
 * Rules that change the scores of the next token, and the path of tokens they look at.
 *
 * <p>{@link chainrule.decode.rule.LogitRule} lists the members: penalties on repetition
 * ({@link chainrule.decode.rule.RepetitionPenalty}, {@link chainrule.decode.rule.FrequencyPenalty},
 * {@link chainrule.decode.rule.PresencePenalty}, {@link chainrule.decode.rule.NoRepeatNgram}); what may and may not be
 * said ({@link chainrule.decode.rule.Bias}, {@link chainrule.decode.rule.BannedWords},
 * {@link chainrule.decode.rule.SuppressTokens}, {@link chainrule.decode.rule.SuppressAtBegin},
 * {@link chainrule.decode.rule.ForcedFirst}, {@link chainrule.decode.rule.ForcedLast},
 * {@link chainrule.decode.rule.AllowedBy}); and length ({@link chainrule.decode.rule.MinLength},
 * {@link chainrule.decode.rule.MinNewTokens}, {@link chainrule.decode.rule.ExponentialDecayLength}). Where transformers
 * has the rule, it is the same to the last case, and rules given in the order of its {@code _get_logits_processor}
 * (bias, repetition, n-grams, banned words, minimum lengths, forced, decay, suppressed) give the same text.
 *
 * <p>To add a rule, write a record with the settings and name it in {@code LogitRule}; outside of this project implement
 * {@link chainrule.decode.rule.LogitRule.Custom}. Memory of the text goes through
 * {@link chainrule.decode.rule.Path#fold}:
 *
 * <pre>{@code
 * record Balanced(int open, int close) implements LogitRule.Custom {
 *     public void apply(float[] scores, Path path) {
 *         int depth = path.fold(this, () -> 0, (d, token) -> token == open ? d + 1 : token == close ? d - 1 : d);
 *         if (depth == 0) {
 *             scores[close] = Float.NEGATIVE_INFINITY;
 *         }
 *     }
 * }
 * }</pre>
 */
@NullMarked
package chainrule.decode.rule;

import org.jspecify.annotations.NullMarked;
