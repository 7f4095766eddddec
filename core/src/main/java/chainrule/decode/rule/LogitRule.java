package chainrule.decode.rule;

import java.util.stream.IntStream;

/**
 * A change to the scores of the next token that depends on the text so far. Rules see logits in greedy search,
 * sampling and contrastive search, log-probabilities in beam search, the contrast in DoLa: what the method says. A rule holds settings only; what it must remember of
 * a text it keeps by {@link Path#fold}, so that it forks with every branch of a tree of tokens.
 */
public sealed interface LogitRule
        permits RepetitionPenalty,
                FrequencyPenalty,
                PresencePenalty,
                NoRepeatNgram,
                Bias,
                BannedWords,
                SuppressTokens,
                SuppressAtBegin,
                ForcedFirst,
                ForcedLast,
                MinLength,
                MinNewTokens,
                ExponentialDecayLength,
                AllowedBy,
                LogitRule.Custom {
    /** The open door for rules of systems and of library users. */
    non-sealed interface Custom extends LogitRule {}

    /**
     * Changes the scores in place; a token with the score -∞ cannot follow.
     *
     * @param scores one per token of the vocabulary
     * @param path the text before the next token
     */
    void apply(float[] scores, Path path);

    /** The tokens that the settings name, so that those beyond a model's vocabulary are found before decoding. */
    default IntStream named() {
        return IntStream.empty();
    }
}
