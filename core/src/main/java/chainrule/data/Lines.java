package chainrule.data;

import chainrule.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a UTF-8 file, which {@code .gz} says is packed. A line comes with its line feed, and in parts where it is
 * longer than a limit; a byte order mark at the start is left out.
 */
final class Lines implements AutoCloseable {
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final Path file;
    private final int limit;
    private final InputStream in;
    private byte[] buffer;
    private int from;
    private int to;
    private long number;
    private boolean whole = true;

    /**
     * @param limit the longest part of a line in bytes
     * @param read is told how many bytes were read from the file
     */
    Lines(Path file, int limit, LongConsumer read) {
        this.file = file;
        this.limit = limit;
        this.buffer = new byte[Math.min(limit, 1 << 16)];
        this.in = open(file, read);
    }

    /** The next line, or the next part of it; null at the end of the file. */
    @Nullable
    String next() {
        int scanned = 0;
        while (true) {
            for (; from + scanned < to; scanned++) {
                if (buffer[from + scanned] == '\n') {
                    return take(from + scanned + 1, true);
                }
            }
            if (to - from == limit) {
                return take(lastCharacter(), false);
            }
            if (!fill()) {
                return from == to ? null : take(to, true);
            }
        }
    }

    /** The number of the last line, from 1. */
    long number() {
        return number;
    }

    /** Whether the last line has come to its end. */
    boolean whole() {
        return whole;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InputStream open(Path file, LongConsumer read) {
        try {
            InputStream raw = new Counted(Files.newInputStream(file), read);
            if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
                return raw;
            }
            try {
                return new GZIPInputStream(raw, 1 << 16);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static BadInput unreadable(Path file, IOException e) {
        return new BadInput(file + " cannot be read: " + Reason.of(e) + ".", e);
    }

    private boolean fill() {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(limit, 2L * buffer.length));
        }
        try {
            int read = in.read(buffer, to, buffer.length - to);
            to += Math.max(read, 0);
            return read >= 0;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Where the last character that has begun in the buffer begins: all before it is complete. */
    private int lastCharacter() {
        int at = to - 1;
        while (at > from + 1 && at > to - 4 && (buffer[at] & 0xC0) == 0x80) {
            at--;
        }
        return at;
    }

    private String take(int end, boolean isEnd) {
        if (whole) {
            number++;
        }
        whole = isEnd;
        boolean first = number == 1;
        ByteBuffer bytes = ByteBuffer.wrap(buffer, from, end - from);
        from = end;
        try {
            String line = utf8.decode(bytes).toString();
            return first && line.startsWith("\uFEFF") ? line.substring(1) : line;
        } catch (CharacterCodingException e) {
            throw new BadInput(
                    file + " line " + number + " is not UTF-8: convert the file to UTF-8, or leave it out.", e);
        }
    }
}
