package chainrule.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A regular expression of a tokenizer.json, read far enough to bound how often Oniguruma may backtrack on it.
 *
 * <p>Oniguruma gives up after 10,000,000 failed tries of one match, and the native library answers that by ending the
 * process. So a pattern is accepted only if its tries grow no faster than the text: not two unbounded repetitions before
 * something that can fail, no repetition of what can be read in many ways. Syntax (Oniguruma's RE document, Ruby flavour)
 * that no tokenizer needs is refused: back references, calls, conditionals, callouts, absent operators, {@code \K}, {@code
 * \X}, flag x.
 *
 * @param least characters in the shortest match
 * @param tries failed tries of one match, at most
 */
record OnigPattern(long least, Backtracking.Count tries) {
    private static final int LONGEST = 20_000;
    private static final int DEEPEST = 40;
    private static final int MOST_REPEATS = 1000;
    private static final Pattern COUNTS = Pattern.compile("\\{(?=\\d|,\\d)(\\d{0,6})(,(\\d{0,6}))?\\}");

    /** What may stand behind a backslash; group 1 asks for a place and not for a character. */
    private static final Pattern ESCAPE = Pattern.compile("([bBAzZG])|[sSwWdDhHnrtfvaeON]|[^A-Za-z0-9]|u\\p{XDigit}{4}"
            + "|x\\p{XDigit}{1,2}|x\\{\\p{XDigit}{1,8}\\}|[pP]\\{\\^?[A-Za-z0-9_ -]{1,60}\\}");

    private static final Pattern BRACKET = Pattern.compile("\\^?[a-z]{1,20}:\\]");
    private static final Pattern NAME = Pattern.compile("<[A-Za-z_]\\w*>");

    /** GPT-2's pattern, which the library applies by itself in a ByteLevel pre-tokenizer. */
    static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    /** @throws IllegalArgumentException with what is wrong, to stand behind the pattern's name */
    static OnigPattern parse(String regex) {
        if (regex.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters");
        }
        Reader reader = new Reader(regex);
        Backtracking whole = reader.alternatives(0);
        if (reader.at < regex.length()) {
            throw new IllegalArgumentException("has a ) without its (");
        }
        if (whole.failures().more()) {
            throw new IllegalArgumentException(
                    "may take more than linear time (repetitions that compete for the same text)");
        }
        return new OnigPattern(whole.least(), whole.failures());
    }

    /** Recursive descent over the pattern. */
    private static final class Reader {
        private final String regex;
        private int at;

        Reader(String regex) {
            this.regex = regex;
        }

        private Backtracking alternatives(int depth) {
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("has groups nested deeper than " + DEEPEST);
            }
            Backtracking all = sequence(depth);
            while (take("|")) {
                all = all.or(sequence(depth));
            }
            return all;
        }

        private Backtracking sequence(int depth) {
            Backtracking all = Backtracking.NOTHING;
            while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
                all = all.then(quantified(depth));
            }
            return all;
        }

        private Backtracking quantified(int depth) {
            Backtracking part = atom(depth);
            int counted = 0;
            while (at < regex.length()) {
                Matcher counts = COUNTS.matcher(regex).region(at, regex.length());
                if (counts.lookingAt()) {
                    part = repeat(part, counts);
                    at = counts.end();
                    part = take("?") ? part.optional() : part;
                } else if ("?*+".indexOf(regex.charAt(at)) >= 0) {
                    char sign = regex.charAt(at++);
                    part = repeat(part, sign == '+' ? 1 : 0, sign == '?' ? 1 : -1);
                    part = take("+") ? part.atomic() : part;
                    take("?");
                } else {
                    return part;
                }
                if (++counted > 3) {
                    throw new IllegalArgumentException("has more than three quantifiers in a row");
                }
            }
            return part;
        }

        private Backtracking repeat(Backtracking part, Matcher counts) {
            int from = counts.group(1).isEmpty() ? 0 : Integer.parseInt(counts.group(1));
            boolean open = counts.group(3) != null && counts.group(3).isEmpty();
            int to = counts.group(2) == null ? from : open ? -1 : Integer.parseInt(counts.group(3));
            if (to >= 0 && to < from) {
                throw new IllegalArgumentException("has the quantifier " + counts.group());
            }
            return repeat(part, from, to);
        }

        private static Backtracking repeat(Backtracking part, int from, int to) {
            if (part.most() == 0) {
                throw new IllegalArgumentException("repeats something that has no characters");
            }
            if (Math.max(from, to) > MOST_REPEATS) {
                throw new IllegalArgumentException("repeats more than " + MOST_REPEATS + " times");
            }
            return part.repeated(from, to);
        }

        private Backtracking atom(int depth) {
            if (take("(")) {
                return group(depth);
            }
            if (take("[")) {
                characterClass(depth);
                return Backtracking.CHARACTER;
            }
            if (take("\\")) {
                return escape();
            }
            if (take("^") || take("$")) {
                return Backtracking.PLACE;
            }
            if ("?*+".indexOf(regex.charAt(at)) >= 0) {
                throw new IllegalArgumentException("has a quantifier with nothing before it");
            }
            at += Character.charCount(regex.codePointAt(at));
            return Backtracking.CHARACTER;
        }

        private Backtracking group(int depth) {
            if (take("*")) {
                throw new IllegalArgumentException("has a callout");
            }
            if (!take("?")) {
                return close(alternatives(depth + 1));
            }
            if (take("=") || take("!")) {
                return close(alternatives(depth + 1)).assertion(1);
            }
            if (take("<=") || take("<!")) {
                return behind(close(alternatives(depth + 1)));
            }
            if (take(">")) {
                return close(alternatives(depth + 1)).atomic();
            }
            Matcher name = NAME.matcher(regex).region(at, regex.length());
            if (name.lookingAt()) {
                at = name.end();
                return close(alternatives(depth + 1));
            }
            int from = at;
            while (at < regex.length() && "ims-".indexOf(regex.charAt(at)) >= 0) {
                at++;
            }
            if (take(":")) {
                return close(alternatives(depth + 1));
            }
            if (at > from && take(")")) {
                return alternatives(depth + 1);
            }
            throw new IllegalArgumentException("has a group that starts with (?" + rest(from));
        }

        private Backtracking close(Backtracking inside) {
            if (!take(")")) {
                throw new IllegalArgumentException("has a ( without its )");
            }
            return inside;
        }

        private static Backtracking behind(Backtracking inside) {
            if (inside.most() > 255) {
                throw new IllegalArgumentException("looks behind further than 255 characters");
            }
            return inside.assertion(inside.most() - inside.least() + 1);
        }

        private void characterClass(int depth) {
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("has classes nested deeper than " + DEEPEST);
            }
            take("^");
            if (take("]")) {
                throw new IllegalArgumentException("has an empty class");
            }
            while (!take("]")) {
                if (at >= regex.length()) {
                    throw new IllegalArgumentException("has a [ without its ]");
                } else if (take("[:")) {
                    Matcher bracket = BRACKET.matcher(regex).region(at, regex.length());
                    if (!bracket.lookingAt()) {
                        throw new IllegalArgumentException("has a bad POSIX bracket");
                    }
                    at = bracket.end();
                } else if (take("[")) {
                    characterClass(depth + 1);
                } else if (take("\\")) {
                    escape();
                } else {
                    at += Character.charCount(regex.codePointAt(at));
                }
            }
        }

        private Backtracking escape() {
            if (take("R")) {
                return Backtracking.CHARACTER.then(Backtracking.CHARACTER.optional());
            }
            Matcher escape = ESCAPE.matcher(regex).region(at, regex.length());
            if (!escape.lookingAt()) {
                throw new IllegalArgumentException("has the escape \\" + rest(at));
            }
            at = escape.end();
            return escape.group(1) == null ? Backtracking.CHARACTER : Backtracking.PLACE;
        }

        private boolean take(String text) {
            boolean there = regex.startsWith(text, at);
            at += there ? text.length() : 0;
            return there;
        }

        private String rest(int from) {
            return regex.substring(from, Math.min(regex.length(), from + 3));
        }
    }
}
