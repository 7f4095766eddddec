package chainrule.text.template;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Strings as Python has them: sequences of code points, with Python's idea of white space, lines and cases. */
final class Text {
    /** Up to this length a plain search is fast whatever the text is. */
    private static final int SHORT = 32;

    private static final Pattern CASED = Pattern.compile("[\\p{javaUpperCase}\\p{javaLowerCase}\\p{javaTitleCase}]+");

    private Text() {}

    static int length(String s) {
        return s.codePointCount(0, s.length());
    }

    /** The place in UTF-16 units of a code point's index, which is at most the length. */
    static int unit(String s, int index) {
        return s.offsetByCodePoints(0, index);
    }

    static String substring(String s, int from, int to) {
        int start = unit(s, from);
        return s.substring(start, s.offsetByCodePoints(start, to - from));
    }

    /** Python's {@code str.isspace} of one character. */
    static boolean isSpace(int c) {
        return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || (c > 0x7f && Character.isSpaceChar(c));
    }

    /** Whether Python's {@code repr} writes the character as it is. */
    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** Without the characters of {@code chars}, or white space if it is null, at its ends. */
    static String strip(String s, @Nullable String chars, boolean left, boolean right) {
        IntPredicate stripped = Text::isSpace;
        if (chars != null) {
            var set = new BitSet();
            chars.codePoints().forEach(set::set);
            stripped = set::get;
        }
        int start = 0;
        int end = s.length();
        while (left && start < end && stripped.test(s.codePointAt(start))) {
            start += Character.charCount(s.codePointAt(start));
        }
        while (right && end > start && stripped.test(s.codePointBefore(end))) {
            end -= Character.charCount(s.codePointBefore(end));
        }
        return s.substring(start, end);
    }

    /** Where {@code part} is at or behind {@code from}, -1 if it is not. */
    static int find(Budget budget, String s, String part, int from) {
        boolean plain = part.length() <= SHORT;
        int found = plain ? s.indexOf(part, from) : search(s, part, from);
        long read = (found < 0 ? s.length() : found) - from + (long) part.length();
        budget.charge(plain ? read / SHORT : read);
        return found;
    }

    /** The same in time linear in the lengths, by Knuth, Morris and Pratt. */
    private static int search(String s, String part, int from) {
        int[] border = new int[part.length()];
        for (int i = 1, k = 0; i < part.length(); i++) {
            while (k > 0 && part.charAt(i) != part.charAt(k)) {
                k = border[k - 1];
            }
            k += part.charAt(i) == part.charAt(k) ? 1 : 0;
            border[i] = k;
        }
        for (int i = from, k = 0; i < s.length(); i++) {
            while (k > 0 && s.charAt(i) != part.charAt(k)) {
                k = border[k - 1];
            }
            k += s.charAt(i) == part.charAt(k) ? 1 : 0;
            if (k == part.length()) {
                return i + 1 - k;
            }
        }
        return -1;
    }

    static int findLast(Budget budget, String s, String part) {
        int found = find(budget, reverse(s), reverse(part), 0);
        return found < 0 ? -1 : s.length() - found - part.length();
    }

    /** What one level is indented by: a text, or a number of spaces. */
    static String indentation(Budget budget, Object width) {
        if (width instanceof String text) {
            return text;
        }
        long spaces = Math.max(0, Arithmetic.index(width));
        budget.text(spaces);
        return " ".repeat((int) spaces);
    }

    static String reverse(String s) {
        return new StringBuilder(s).reverse().toString();
    }

    /** Like {@code str.replace}; a negative count replaces all. */
    static String replace(Budget budget, String s, String old, String replacement, long count) {
        long limit = count < 0 ? Long.MAX_VALUE : count;
        var result = new StringBuilder();
        int from = 0;
        for (long done = 0; done < limit; done++) {
            int found = old.isEmpty() ? (done == 0 ? 0 : nextUnit(s, from)) : find(budget, s, old, from);
            if (found < 0) {
                break;
            }
            result.append(s, from, found).append(replacement);
            budget.grow(result.length(), replacement.length());
            from = found + old.length();
        }
        return result.append(s, from, s.length()).toString();
    }

    private static int nextUnit(String s, int from) {
        return from >= s.length() ? -1 : s.offsetByCodePoints(from, 1);
    }

    /** Parts between separators; at most {@code max} separators count if it is not negative. */
    static List<Object> split(Budget budget, String s, String separator, long max) {
        var parts = new ArrayList<Object>();
        int from = 0;
        for (long left = max; left != 0; left--) {
            int found = find(budget, s, separator, from);
            if (found < 0) {
                break;
            }
            parts.add(s.substring(from, found));
            from = found + separator.length();
        }
        parts.add(s.substring(from));
        return parts;
    }

    /** The same from the end. */
    static List<Object> splitLast(Budget budget, String s, String separator, long max) {
        var parts = new ArrayList<Object>();
        split(budget, reverse(s), reverse(separator), max)
                .reversed()
                .forEach(part -> parts.add(reverse((String) part)));
        return parts;
    }

    /** Words between white space; behind {@code max} words, if it is not negative, the rest is one. */
    static List<Object> words(String s, long max) {
        var words = new ArrayList<Object>();
        int i = skip(s, 0, true);
        for (long left = max; left != 0 && i < s.length(); left--) {
            int end = skip(s, i, false);
            words.add(s.substring(i, end));
            i = skip(s, end, true);
        }
        if (i < s.length()) {
            words.add(s.substring(i));
        }
        return words;
    }

    static List<Object> lastWords(String s, long max) {
        var words = new ArrayList<Object>();
        words(reverse(s), max).reversed().forEach(word -> words.add(reverse((String) word)));
        return words;
    }

    private static int skip(String s, int from, boolean space) {
        int i = from;
        while (i < s.length() && isSpace(s.charAt(i)) == space) {
            i++;
        }
        return i;
    }

    static List<Object> lines(String s, boolean keepEnds) {
        var lines = new ArrayList<Object>();
        int start = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if ((c >= 0xa && c <= 0xd) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029) {
                int end = i;
                i += c == '\r' && s.startsWith("\n", i + 1) ? 1 : 0;
                lines.add(s.substring(start, keepEnds ? i + 1 : end));
                start = i + 1;
            }
        }
        if (start < s.length()) {
            lines.add(s.substring(start));
        }
        return lines;
    }

    static String lower(String s) {
        return s.toLowerCase(Locale.ROOT);
    }

    static String upper(String s) {
        return s.toUpperCase(Locale.ROOT);
    }

    /** The first character in title case, the others in lower case. */
    static String capitalize(String s) {
        if (s.isEmpty()) {
            return s;
        }
        int first = Character.charCount(s.codePointAt(0));
        String head = s.substring(0, first);
        String title = Character.toString(Character.toTitleCase(s.codePointAt(0)));
        String upper = upper(head);
        boolean several = length(upper) > 1;
        return (several ? upper.charAt(0) + lower(upper.substring(1)) : title) + lower(s.substring(first));
    }

    /** Every run of letters capitalised. */
    static String title(String s) {
        return CASED.matcher(s).replaceAll(run -> Matcher.quoteReplacement(capitalize(run.group())));
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** By code points, as Python orders strings. */
    static int compare(String a, String b) {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return Integer.compare(rank(x), rank(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }
}
