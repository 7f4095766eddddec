package chainrule.decode.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.rule.Bias.Phrase;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleTest {
    private static final float NO = Float.NEGATIVE_INFINITY;

    /** Two tokens of prompt, then the others; the text ends with token 0 or at 8 tokens. */
    private static Path path(int... ids) {
        Path path = Path.of(new int[] {ids[0], ids[1]}, 8, 0);
        for (int i = 2; i < ids.length; i++) {
            path = path.then(ids[i]);
        }
        return path;
    }

    private static float[] apply(LogitRule rule, Path path) {
        float[] scores = {-1, 2, 3, -4, 5};
        Rules.of(rule).apply(scores, path);
        return scores;
    }

    @Test
    void repetitionIsPunishedOncePerTokenPromptIncluded() {
        assertThat(apply(new RepetitionPenalty(2), path(0, 1, 1, 3))).containsExactly(-2, 1, 3, -8, 5);
        assertThat(apply(new RepetitionPenalty(0.5), path(0, 1, 1, 3))).containsExactly(-0.5f, 4, 3, -2, 5);
    }

    @Test
    void frequencyCountsAndPresenceDoesNotAndBothLeaveThePromptAlone() {
        assertThat(apply(new FrequencyPenalty(0.5), path(0, 1, 1, 3, 1))).containsExactly(-1, 1, 3, -4.5f, 5);
        assertThat(apply(new PresencePenalty(0.5), path(0, 1, 1, 3, 1))).containsExactly(-1, 1.5f, 3, -4.5f, 5);
    }

    @Test
    void aTokenThatWouldRepeatAnNgramIsForbidden() {
        assertThat(apply(new NoRepeatNgram(1), path(0, 1, 1, 3))).containsExactly(NO, NO, 3, NO, 5);
        assertThat(apply(new NoRepeatNgram(2), path(1, 2, 1, 3, 1))).containsExactly(-1, 2, NO, NO, 5);
        assertThat(apply(new NoRepeatNgram(3), path(1, 2, 4, 1, 2))).containsExactly(-1, 2, 3, -4, NO);
        assertThat(apply(new NoRepeatNgram(4), path(1, 2))).containsExactly(-1, 2, 3, -4, 5);
    }

    @Test
    void aBiasActsOnATokenAndOnTheLastOfASequence() {
        Bias bias = new Bias(List.of(
                new Phrase(List.of(2), 1.5),
                new Phrase(List.of(1, 3), -3),
                new Phrase(List.of(4, 3), 9),
                new Phrase(List.of(2, 1, 0), 4)));
        assertThat(apply(bias, path(2, 2, 1))).containsExactly(3, 2, 4.5f, -7, 5);
        assertThat(apply(bias, path(2, 1)))
                .as("three tokens need a text of three")
                .containsExactly(-1, 2, 4.5f, -7, 5);
    }

    @Test
    void bannedWordsAreNeverCompletedButAnEndIsNotBanned() {
        BannedWords banned = new BannedWords(List.of(List.of(0), List.of(2), List.of(1, 3), List.of(1, 0)));
        assertThat(apply(banned, path(2, 2, 1))).containsExactly(NO, 2, NO, NO, 5);
        assertThat(apply(banned, path(2, 2))).containsExactly(-1, 2, NO, -4, 5);
    }

    @Test
    void suppressedTokensAreForbiddenAlwaysOrAtTheBeginning() {
        assertThat(apply(new SuppressTokens(List.of(1, 4)), path(1, 1, 1))).containsExactly(-1, NO, 3, -4, NO);
        assertThat(apply(new SuppressAtBegin(List.of(1, 4)), path(1, 1))).containsExactly(-1, NO, 3, -4, NO);
        assertThat(apply(new SuppressAtBegin(List.of(1, 4)), path(1, 1, 1))).containsExactly(-1, 2, 3, -4, 5);
    }

    @Test
    void forcedTokensComeFirstAndLast() {
        assertThat(apply(new ForcedFirst(3), Path.of(new int[] {1}, 8))).containsExactly(NO, NO, NO, 0, NO);
        assertThat(apply(new ForcedFirst(3), path(1, 1))).containsExactly(-1, 2, 3, -4, 5);
        assertThat(apply(new ForcedLast(List.of(0, 2)), path(1, 1, 1, 1, 1, 1, 1)))
                .containsExactly(0, NO, 0, NO, NO);
        assertThat(apply(new ForcedLast(List.of(0, 2)), path(1, 1, 1, 1, 1, 1))).containsExactly(-1, 2, 3, -4, 5);
    }

    @Test
    void aMinimumLengthForbidsTheEnd() {
        assertThat(apply(new MinLength(3), path(1, 1))).containsExactly(NO, 2, 3, -4, 5);
        assertThat(apply(new MinLength(3), path(1, 1, 1))).containsExactly(-1, 2, 3, -4, 5);
        assertThat(apply(new MinNewTokens(1), path(1, 1))).containsExactly(NO, 2, 3, -4, 5);
        assertThat(apply(new MinNewTokens(1), path(1, 1, 1))).containsExactly(-1, 2, 3, -4, 5);
    }

    @Test
    void theEndBecomesEverMoreLikely() {
        ExponentialDecayLength decay = new ExponentialDecayLength(1, 2);
        assertThat(apply(decay, path(1, 1, 1))).containsExactly(-1, 2, 3, -4, 5);
        assertThat(apply(decay, path(1, 1, 1, 1))).containsExactly(0, 2, 3, -4, 5);
        assertThat(apply(decay, path(1, 1, 1, 1, 1))).containsExactly(2, 2, 3, -4, 5);
    }

    @Test
    void aPredicateSaysWhatIsAllowed() {
        assertThat(apply(new AllowedBy((path, token) -> token > path.token(path.length() - 1)), path(1, 2)))
                .containsExactly(NO, NO, NO, -4, 5);
    }

    @Test
    void rulesActInTheirOrder() {
        float[] scores = {1, 1};
        Rules.of(new Bias(List.of(new Phrase(List.of(0), 1))), new RepetitionPenalty(2))
                .apply(scores, path(0, 0));
        assertThat(scores).containsExactly(1, 1);
    }

    @Test
    void everyRuleWithSettingsOnlyHasATextForm() {
        List<LogitRule> rules = List.of(
                new RepetitionPenalty(1.2),
                new NoRepeatNgram(3),
                new Bias(List.of(new Phrase(List.of(26, 23), -10), new Phrase(List.of(76), 1.5))),
                new BannedWords(List.of(List.of(93), List.of(236, 122))),
                new SuppressTokens(List.of(1, 2)),
                new ForcedLast(List.of(3)),
                new ExponentialDecayLength(8, 1.1));
        for (LogitRule rule : rules) {
            assertThat(Spec.parse(Spec.format((Record) rule), LogitRule.class)).isEqualTo(rule);
        }
        assertThat(Spec.parse("repetition-penalty:1.2", LogitRule.class)).isEqualTo(rules.getFirst());
        assertThat(Spec.parse("banned-words:[[93];[236;122]]", LogitRule.class)).isEqualTo(rules.get(3));
        assertThat(Spec.parse("bias:[phrase:[26;23],value=-10;phrase:[76],value=1.5]", LogitRule.class))
                .isEqualTo(rules.get(2));
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new RepetitionPenalty(0))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("above 0");
        assertThatThrownBy(() -> new NoRepeatNgram(0)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new Phrase(List.of(), 1)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new BannedWords(List.of(List.of()))).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new ExponentialDecayLength(-1, 1)).isInstanceOf(BadInput.class);
    }
}
