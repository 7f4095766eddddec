package chainrule.text;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A decoder of a tokenizer.json: what becomes of the tokens' texts before they are joined. The members do what the
 * library {@code tokenizers} 0.23 does, but one token at a time.
 */
sealed interface TextDecoder {
    /**
     * Starts it.
     *
     * @param joined whether an earlier decoder has made one token of all
     */
    Stage stage(boolean joined, Stage next);

    /** What becomes of a token in the middle of a text. */
    String middle(String token);

    /** Whether all tokens leave it as one. */
    default boolean joins() {
        return false;
    }

    /** Tokens in the byte alphabet, as UTF-8. */
    record ByteLevel() implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            Stage bytes = new Stage.Bytes(next);
            return joined ? new Stage.Whole(UnaryOperator.identity(), bytes) : bytes;
        }

        @Override
        public String middle(String token) {
            return new String(raw(token), StandardCharsets.UTF_8);
        }

        @Override
        public boolean joins() {
            return true;
        }

        static byte[] raw(String token) {
            byte[] bytes = ByteAlphabet.bytes(token);
            return bytes == null ? token.getBytes(StandardCharsets.UTF_8) : bytes;
        }
    }

    /** Words from pieces: a space before every token but the first that lacks the prefix. */
    record WordPiece(String prefix, boolean cleanup) implements TextDecoder {
        private static final List<Replace> CLEANUP = List.of(
                new Replace(" .", "."),
                new Replace(" ?", "?"),
                new Replace(" !", "!"),
                new Replace(" ,", ","),
                new Replace(" ' ", "'"),
                new Replace(" n't", "n't"),
                new Replace(" 'm", "'m"),
                new Replace(" do not", " don't"),
                new Replace(" 's", "'s"),
                new Replace(" 've", "'ve"),
                new Replace(" 're", "'re"));

        @Override
        public Stage stage(boolean joined, Stage next) {
            if (joined) {
                return cleanup ? cleaning(next) : next;
            }
            return new Stage.First(this::clean, this::middle, next);
        }

        @Override
        public String middle(String token) {
            return clean(token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token);
        }

        private String clean(String token) {
            return cleanup ? cleaned(token) : token;
        }

        /** English without the spaces that tokenisation puts before punctuation and short forms. */
        static String cleaned(String text) {
            for (Replace replace : CLEANUP) {
                text = replace.middle(text);
            }
            return text;
        }

        static Stage cleaning(Stage next) {
            for (Replace replace : CLEANUP.reversed()) {
                next = replace.stage(true, next);
            }
            return next;
        }
    }

    /** Spaces for a sign of space; in the first token the sign goes if encoding had put it there. */
    record Metaspace(String sign, boolean prepends) implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            UnaryOperator<String> first = prepends ? t -> t.replace(sign, "") : this::middle;
            return joined ? new Stage.Each(first, next) : new Stage.First(first, this::middle, next);
        }

        @Override
        public String middle(String token) {
            return token.replace(sign, " ");
        }
    }

    /** Words from pieces whose last has a suffix: spaces in its place but at the end. */
    record BpeSuffix(String suffix) implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            return joined
                    ? new Stage.Replacing(suffix, "", next)
                    : new Stage.Last(this::middle, t -> t.replace(suffix, ""), next);
        }

        @Override
        public String middle(String token) {
            return token.replace(suffix, " ");
        }
    }

    /** Tokens {@code <0xNN>} as bytes of UTF-8. */
    record ByteFallback() implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            Stage runs = new Stage.ByteRuns(next);
            return joined ? new Stage.Whole(UnaryOperator.identity(), runs) : runs;
        }

        @Override
        public String middle(String token) {
            return token;
        }

        /** The byte that a token stands for, or -1. */
        static int value(String token) {
            if (token.length() != 6 || !token.startsWith("<0x") || !token.endsWith(">")) {
                return -1;
            }
            int high = hex(token.charAt(3));
            int low = hex(token.charAt(4));
            return token.charAt(3) == '+' && low >= 0 ? low : high < 0 || low < 0 ? -1 : high << 4 | low;
        }

        private static int hex(char c) {
            return c < 128 ? Character.digit(c, 16) : -1;
        }
    }

    /** All tokens as one. */
    record Fuse() implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            return next;
        }

        @Override
        public String middle(String token) {
            return token;
        }

        @Override
        public boolean joins() {
            return true;
        }
    }

    /** A character cut from the start and the end of every token, at most so many times. */
    record Strip(int content, int start, int stop) implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            return joined ? new Stage.Trimming(this, next) : new Stage.Each(this::trim, next);
        }

        @Override
        public String middle(String token) {
            return token;
        }

        String trim(String token) {
            StringBuilder out = new StringBuilder();
            Stage one = new Stage.Trimming(this, new Stage.Text(out));
            one.take(token);
            one.end();
            return out.toString();
        }
    }

    /** One string for another. */
    record Replace(String pattern, String content) implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            return joined ? new Stage.Replacing(pattern, content, next) : new Stage.Each(this::middle, next);
        }

        @Override
        public String middle(String token) {
            return token.replace(pattern, content);
        }
    }

    /** A string for each match of a regular expression; an empty match right behind another match is none. */
    record ReplaceMatches(Pattern pattern, String content) implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            return joined ? new Stage.Whole(this::middle, next) : new Stage.Each(this::middle, next);
        }

        @Override
        public String middle(String token) {
            if (token.isEmpty()) {
                return token;
            }
            StringBuilder out = new StringBuilder();
            Matcher matcher = pattern.matcher(token);
            int from = 0;
            int matched = -1;
            while (matcher.find()) {
                boolean empty = matcher.end() == matcher.start();
                if (!empty || (matcher.end() != matched && whole(token, matcher.end()))) {
                    out.append(token, from, matcher.start()).append(content);
                    from = matcher.end();
                    matched = from;
                }
            }
            return out.append(token, from, token.length()).toString();
        }

        private static boolean whole(String text, int at) {
            return at == 0 || at == text.length() || !Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
        }
    }

    /** Connectionist temporal classification: repeated tokens once, no padding, spaces for the delimiter of words. */
    record Ctc(String pad, String delimiter, boolean cleanup) implements TextDecoder {
        @Override
        public Stage stage(boolean joined, Stage next) {
            if (joined) {
                Stage rest = cleanup ? WordPiece.cleaning(new Stage.Replacing(delimiter, " ", next)) : next;
                return new Stage.Replacing(pad, "", rest);
            }
            return new Stage.Changes(this::middle, next);
        }

        @Override
        public String middle(String token) {
            String text = token.replace(pad, "");
            return cleanup ? WordPiece.cleaned(text).replace(delimiter, " ") : text;
        }
    }
}
