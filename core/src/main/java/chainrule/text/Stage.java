package chainrule.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One step of a running decoder: takes tokens in order and hands on what is certain. Behind a step that joins all tokens
 * into one, what is taken are parts of that one token.
 */
interface Stage {
    void take(String part);

    void end();

    /** The end of the chain. */
    record Text(StringBuilder out) implements Stage {
        @Override
        public void take(String part) {
            out.append(part);
        }

        @Override
        public void end() {}
    }

    /** Each part changed on its own. */
    record Each(UnaryOperator<String> change, Stage next) implements Stage {
        @Override
        public void take(String part) {
            next.take(change.apply(part));
        }

        @Override
        public void end() {
            next.end();
        }
    }

    /** The first part changed in one way, all others in another. */
    final class First implements Stage {
        private final UnaryOperator<String> first;
        private final UnaryOperator<String> others;
        private final Stage next;
        private boolean started;

        First(UnaryOperator<String> first, UnaryOperator<String> others, Stage next) {
            this.first = first;
            this.others = others;
            this.next = next;
        }

        @Override
        public void take(String part) {
            next.take((started ? others : first).apply(part));
            started = true;
        }

        @Override
        public void end() {
            next.end();
        }
    }

    /** The last part changed in one way, all others in another: one part is held back. */
    final class Last implements Stage {
        private final UnaryOperator<String> others;
        private final UnaryOperator<String> last;
        private final Stage next;
        private String held = "";
        private boolean holding;

        Last(UnaryOperator<String> others, UnaryOperator<String> last, Stage next) {
            this.others = others;
            this.last = last;
            this.next = next;
        }

        @Override
        public void take(String part) {
            if (holding) {
                next.take(others.apply(held));
            }
            held = part;
            holding = true;
        }

        @Override
        public void end() {
            if (holding) {
                next.take(last.apply(held));
            }
            next.end();
        }
    }

    /** A part that equals the one before goes, and so does one that the change leaves empty. */
    final class Changes implements Stage {
        private final UnaryOperator<String> change;
        private final Stage next;
        private Optional<String> last = Optional.empty();

        Changes(UnaryOperator<String> change, Stage next) {
            this.change = change;
            this.next = next;
        }

        @Override
        public void take(String part) {
            String changed = last.equals(Optional.of(part)) ? "" : change.apply(part);
            if (!changed.isEmpty()) {
                next.take(changed);
            }
            last = Optional.of(part);
        }

        @Override
        public void end() {
            next.end();
        }
    }

    /** Everything held back, then changed as a whole. */
    final class Whole implements Stage {
        private final UnaryOperator<String> change;
        private final Stage next;
        private final StringBuilder held = new StringBuilder();

        Whole(UnaryOperator<String> change, Stage next) {
            this.change = change;
            this.next = next;
        }

        @Override
        public void take(String part) {
            held.append(part);
        }

        @Override
        public void end() {
            next.take(change.apply(held.toString()));
            next.end();
        }
    }

    /** Byte-level tokens as UTF-8; a token outside the byte alphabet stands for itself. */
    final class Bytes implements Stage {
        private final Stage next;
        private final Utf8Stream utf8 = new Utf8Stream();
        private final StringBuilder ready = new StringBuilder();

        Bytes(Stage next) {
            this.next = next;
        }

        @Override
        public void take(String part) {
            for (byte b : TextDecoder.ByteLevel.raw(part)) {
                utf8.push(b & 0xFF, ready);
            }
            flush();
        }

        @Override
        public void end() {
            utf8.end(ready);
            flush();
            next.end();
        }

        private void flush() {
            if (!ready.isEmpty()) {
                next.take(ready.toString());
                ready.setLength(0);
            }
        }
    }

    /**
     * Runs of tokens {@code <0xNN>} as UTF-8: a run that is ill-formed anywhere becomes one U+FFFD per byte, so a run is
     * held back until it ends.
     */
    final class ByteRuns implements Stage {
        private final Stage next;
        private final ByteArrayOutputStream run = new ByteArrayOutputStream();

        ByteRuns(Stage next) {
            this.next = next;
        }

        @Override
        public void take(String part) {
            int b = TextDecoder.ByteFallback.value(part);
            if (b >= 0) {
                run.write(b);
            } else {
                flush();
                next.take(part);
            }
        }

        @Override
        public void end() {
            flush();
            next.end();
        }

        private void flush() {
            if (run.size() == 0) {
                return;
            }
            byte[] bytes = run.toByteArray();
            run.reset();
            try {
                next.take(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString());
            } catch (CharacterCodingException e) {
                for (int i = 0; i < bytes.length; i++) {
                    next.take("\uFFFD");
                }
            }
        }
    }

    /** One string for another across the parts of one token: a tail that may begin the pattern is held back. */
    final class Replacing implements Stage {
        private final String pattern;
        private final String content;
        private final Stage next;
        private String held = "";

        Replacing(String pattern, String content, Stage next) {
            this.pattern = pattern;
            this.content = content;
            this.next = next;
        }

        @Override
        public void take(String part) {
            String text = held + part;
            StringBuilder done = new StringBuilder();
            int from = 0;
            for (int at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, from)) {
                done.append(text, from, at).append(content);
                from = at + pattern.length();
            }
            int keep = Math.max(from, text.length() - pattern.length() + 1);
            while (!pattern.startsWith(text.substring(keep))) {
                keep++;
            }
            held = text.substring(keep);
            next.take(done.append(text, from, keep).toString());
        }

        @Override
        public void end() {
            next.take(held);
            next.end();
        }
    }

    /** Up to {@code start} and {@code stop} times one character cut from the ends of one token given in parts. */
    final class Trimming implements Stage {
        private final TextDecoder.Strip strip;
        private final Stage next;
        private int leading;
        private boolean inside;
        private int trailing;

        Trimming(TextDecoder.Strip strip, Stage next) {
            this.strip = strip;
            this.next = next;
        }

        @Override
        public void take(String part) {
            StringBuilder done = new StringBuilder();
            part.codePoints().forEach(c -> take(c, done));
            next.take(done.toString());
        }

        private void take(int c, StringBuilder done) {
            boolean match = c == strip.content();
            if (!inside && match && leading < strip.start()) {
                leading++;
                return;
            }
            inside = true;
            if (!match) {
                release(trailing, done);
                done.appendCodePoint(c);
            } else if (trailing < strip.stop()) {
                trailing++;
            } else {
                done.appendCodePoint(c);
            }
        }

        private void release(int count, StringBuilder done) {
            for (int i = 0; i < count; i++) {
                done.appendCodePoint(strip.content());
            }
            trailing = 0;
        }

        @Override
        public void end() {
            next.end();
        }
    }
}
