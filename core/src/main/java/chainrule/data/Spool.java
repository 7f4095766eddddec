package chainrule.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A new file that is written front to back, little endian, with the checksum of what was put. */
final class Spool implements AutoCloseable {
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** @param start where in the file writing begins */
    Spool(Path file, long start) throws IOException {
        channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        channel.position(start);
    }

    /** The lowest {@code width} bytes of {@code value}; 1, 2, 4 or 8. */
    void put(long value, int width) throws IOException {
        if (buffer.remaining() < width) {
            flush();
        }
        switch (width) {
            case 1 -> buffer.put((byte) value);
            case 2 -> buffer.putShort((short) value);
            case 4 -> buffer.putInt((int) value);
            default -> buffer.putLong(value);
        }
    }

    /** All that was put into {@code other}. */
    void putAll(Spool other) throws IOException {
        other.flush();
        flush();
        other.channel.position(0);
        while (other.channel.read(buffer) >= 0) {
            flush();
        }
    }

    /** The CRC-32C of all that was put. */
    int checksum() throws IOException {
        flush();
        return (int) crc.getValue();
    }

    /** Puts {@code header} at the file's start, and all of the file on the disk. */
    void finish(ByteBuffer header) throws IOException {
        flush();
        channel.position(0);
        write(header);
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void flush() throws IOException {
        buffer.flip();
        crc.update(buffer);
        buffer.rewind();
        write(buffer);
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
