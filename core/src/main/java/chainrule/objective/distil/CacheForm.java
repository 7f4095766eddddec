package chainrule.objective.distil;

import chainrule.BadInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file of a teacher's answers, little endian. Its first 64 bytes:
 *
 * <pre>
 *  0  "CHAINKD", 0           16  int32 vocabulary V       32  int64 fingerprint of the teacher
 *  8  int32 version, 1       20  int32 tokens T of a row  40  int64 fingerprint of all rows
 * 12  int32 kept K           24  int64 rows               48  zeros; 60: int32 CRC-32C of bytes 0 to 59
 * </pre>
 *
 * Then for each row: an int64 fingerprint of its T+1 ids; K int32 ids for each of its T tokens; K float32 log-probabilities
 * for each; the float32 logarithm of what all other ids have together, for each; an int32 CRC-32C of these.
 */
record CacheForm(int kept, int vocabulary, int length, long rows, long teacher, long data) {
    static final int BYTES = 64;

    private static final byte[] MAGIC = "CHAINKD\0".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CHECKED = 60;

    /** Bytes of one row. */
    int rowBytes() {
        return Math.toIntExact(Long.BYTES + (long) length * (kept * 8L + Float.BYTES) + Integer.BYTES);
    }

    long fileBytes() {
        return BYTES + rows * rowBytes();
    }

    /** Where in a row the ids, the log-probabilities and the others' begin. */
    int idsAt() {
        return Long.BYTES;
    }

    int logsAt() {
        return idsAt() + length * kept * Integer.BYTES;
    }

    int restAt() {
        return logsAt() + length * kept * Float.BYTES;
    }

    int checkAt() {
        return rowBytes() - Integer.BYTES;
    }

    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).putInt(VERSION).putInt(kept).putInt(vocabulary).putInt(length);
        bytes.putLong(rows).putLong(teacher).putLong(data);
        return bytes.putInt(CHECKED, crc(bytes.slice(0, CHECKED))).rewind();
    }

    static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Whether a row is whole. @param row of {@link #rowBytes} bytes, little endian */
    boolean whole(ByteBuffer row) {
        return row.getInt(checkAt()) == crc(row.slice(0, checkAt()));
    }

    /** @throws BadInput where the file with these first bytes is not the one that this form describes */
    void check(Path file, ByteBuffer bytes, long fileBytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < BYTES || !bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw wrong(file, "is not a file of a teacher's answers");
        }
        if (bytes.getInt(CHECKED) != crc(bytes.slice(0, CHECKED))) {
            throw wrong(file, "has a damaged header");
        }
        if (bytes.getInt(8) != VERSION) {
            throw wrong(file, "has the answers in version " + bytes.getInt(8) + ", and only " + VERSION + " is known");
        }
        if (bytes.getLong(32) != teacher) {
            throw wrong(file, "has the answers of another teacher");
        }
        if (bytes.getLong(40) != data) {
            throw wrong(file, "has answers to other texts");
        }
        if (!bytes.slice(0, CHECKED).equals(bytes().slice(0, CHECKED))) {
            throw wrong(file, "keeps " + bytes.getInt(12) + " answers a token where " + kept + " are asked for");
        }
        if (fileBytes != fileBytes()) {
            throw wrong(file, "has " + fileBytes + " bytes where its header says " + fileBytes());
        }
    }

    static BadInput wrong(Path file, String what) {
        return new BadInput(file + " " + what + ": delete it, or name another file.");
    }
}
