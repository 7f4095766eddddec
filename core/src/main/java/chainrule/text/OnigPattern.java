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
            if (at < regex.length() && regex.charAt(at) == '<') {
                return named(depth);
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

        private Backtracking named(int depth) {
            int end = regex.indexOf('>', at);
            if (end < 0 || !regex.substring(at + 1, end).matches("[A-Za-z_]\\w*")) {
                throw new IllegalArgumentException("has a group with a bad name");
            }
            at = end + 1;
            return close(alternatives(depth + 1));
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
                    int end = regex.indexOf(":]", at);
                    if (end < 0 || !regex.substring(at, end).matches("\\^?[a-z]{1,20}")) {
                        throw new IllegalArgumentException("has a bad POSIX bracket");
                    }
                    at = end + 2;
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
            if (at >= regex.length()) {
                throw new IllegalArgumentException("ends with a backslash");
            }
            int c = regex.codePointAt(at);
            at += Character.charCount(c);
            if (c == 'p' || c == 'P') {
                property();
            } else if (c == 'x') {
                hexadecimal();
            } else if (c == 'u') {
                digits(4, 4);
            } else if (c < 128 && "bBAzZG".indexOf(c) >= 0) {
                return Backtracking.PLACE;
            } else if (c == 'R') {
                return Backtracking.CHARACTER.then(Backtracking.CHARACTER.optional());
            } else if (c < 128 && Character.isLetterOrDigit(c) && "sSwWdDhHnrtfvaeON".indexOf(c) < 0) {
                throw new IllegalArgumentException("has the escape \\" + (char) c);
            }
            return Backtracking.CHARACTER;
        }

        private void property() {
            int end = regex.indexOf('}', at);
            if (!take("{") || end < 0 || !regex.substring(at, end).matches("\\^?[A-Za-z0-9_ -]{1,60}")) {
                throw new IllegalArgumentException("has a bad \\p{…}");
            }
            at = end + 1;
        }

        private void hexadecimal() {
            if (take("{")) {
                digits(1, 8);
                if (!take("}")) {
                    throw new IllegalArgumentException("has a bad \\x{…}");
                }
            } else {
                digits(1, 2);
            }
        }

        private void digits(int least, int most) {
            int from = at;
            while (at < regex.length() && at - from < most && Character.digit(regex.charAt(at), 16) >= 0) {
                at++;
            }
            if (at - from < least) {
                throw new IllegalArgumentException("has a bad hexadecimal escape");
            }
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
