package chainrule.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a text is cut into words before they are counted. Whatever else it does, every one cuts at Unicode white space as
 * Python's {@code str.split} does, no-break, ideographic and line separators included, so that no word is empty. The other
 * three are sacreBLEU's (Post, "A Call for Clarity in Reporting BLEU Scores", 2018) under its names {@code 13a}, {@code intl}
 * and {@code char}.
 */
public enum WordSplit {
    /** At white space alone: what repetition, diversity and length are counted on. */
    WHITESPACE {
        @Override
        String prepare(String text) {
            return text;
        }
    },

    /** As NIST's mteval-v13a, for Western languages: punctuation apart, save full stops and commas between digits. */
    MTEVAL_13A {
        @Override
        String prepare(String text) {
            String plain = text.replace("<skipped>", "")
                    .replace("-\n", "")
                    .replace('\n', ' ')
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">");
            String spaced = ASCII_SIGN.matcher(" " + plain + " ").replaceAll(" $1 ");
            spaced = STOP_AFTER_NO_DIGIT.matcher(spaced).replaceAll("$1 $2 ");
            spaced = STOP_BEFORE_NO_DIGIT.matcher(spaced).replaceAll(" $1 $2");
            return DASH_AFTER_DIGIT.matcher(spaced).replaceAll("$1 $2 ");
        }
    },

    /** As NIST's mteval-v14 with its international switch: all of Unicode's punctuation and symbols apart. */
    MTEVAL_INTERNATIONAL {
        @Override
        String prepare(String text) {
            String spaced = PUNCTUATION_AFTER_NO_NUMBER.matcher(text).replaceAll("$1 $2 ");
            spaced = PUNCTUATION_BEFORE_NO_NUMBER.matcher(spaced).replaceAll(" $1 $2");
            return SYMBOL.matcher(spaced).replaceAll(" $1 ");
        }
    },

    /** Every code point is a word. */
    CHARACTERS {
        @Override
        String prepare(String text) {
            var spaced = new StringBuilder();
            text.codePoints().forEach(c -> spaced.appendCodePoint(c).append(' '));
            return spaced.toString();
        }
    };

    private static final Pattern ASCII_SIGN = Pattern.compile("([ -&(-+/:-@\\[-`{-~])");
    private static final Pattern STOP_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])", Pattern.DOTALL);
    private static final Pattern STOP_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])", Pattern.DOTALL);
    private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
    private static final Pattern PUNCTUATION_AFTER_NO_NUMBER = Pattern.compile("(\\P{N})(\\p{P})");
    private static final Pattern PUNCTUATION_BEFORE_NO_NUMBER = Pattern.compile("(\\p{P})(\\P{N})");
    private static final Pattern SYMBOL = Pattern.compile("(\\p{S})");
    private static final int NEXT_LINE = 0x85;

    /** The text with white space where words end. */
    abstract String prepare(String text);

    /** The words of one text; none where it is blank. White space at its end decides nothing. */
    public List<String> split(String text) {
        String prepared = prepare(text.substring(0, end(text)));
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= prepared.length(); i++) {
            if (i == prepared.length() || isWhiteSpace(prepared.charAt(i))) {
                if (i > from) {
                    words.add(prepared.substring(from, i));
                }
                from = i + 1;
            }
        }
        return words;
    }

    /** The words of each text. */
    public List<List<String>> split(List<String> texts) {
        return texts.stream().map(this::split).toList();
    }

    /** A text without white space around it. */
    static String strip(String text) {
        int end = end(text);
        int from = 0;
        while (from < end && isWhiteSpace(text.charAt(from))) {
            from++;
        }
        return text.substring(from, end);
    }

    /** Where the white space at a text's end begins. */
    private static int end(String text) {
        int end = text.length();
        while (end > 0 && isWhiteSpace(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private static boolean isWhiteSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
    }
}
