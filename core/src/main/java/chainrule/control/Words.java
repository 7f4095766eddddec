package chainrule.control;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The words of a text, for features. */
final class Words {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:[-'’][\\p{L}\\p{N}]+)*");

    private Words() {}

    /** Runs of letters and digits, with hyphens and apostrophes inside. */
    static Stream<String> of(String text) {
        return WORD.matcher(text).results().map(MatchResult::group);
    }
}
