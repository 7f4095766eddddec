package chainrule.studies.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * WikiText as text. Its files hold words and signs apart, signs within numbers and words between at-signs, and rare words as
 * {@value #UNKNOWN}: marks that a model trained on ordinary text has not seen, and that it repeats where it is to go on
 * from them.
 */
public final class WikiText {
    /** What stands for a rare word. */
    public static final String UNKNOWN = "<unk>";

    private static final Pattern WITHIN = Pattern.compile(" @([-,.])@ ");
    private static final Pattern BEFORE = Pattern.compile(" ([,.;:!?%)\\]]|'s\\b|n't\\b|'\\B)");
    private static final Pattern AFTER = Pattern.compile("([(\\[]) ");
    private static final Pattern QUOTED = Pattern.compile("\" ([^\"]*) \"");

    private WikiText() {}

    /** A line with words and signs joined as they are written. */
    public static String joined(String line) {
        String text = WITHIN.matcher(line.strip()).replaceAll("$1");
        text = QUOTED.matcher(text).replaceAll(m -> Matcher.quoteReplacement("\"" + m.group(1) + "\""));
        text = BEFORE.matcher(text).replaceAll("$1");
        return AFTER.matcher(text).replaceAll("$1");
    }
}
