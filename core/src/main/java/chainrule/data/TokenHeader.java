package chainrule.data;

import chainrule.BadInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of a token file, little endian:
 *
 * <pre>
 *  0  "CHAINTOK"             16  int32 vocabulary size        32  int64 documents
 *  8  int32 version, 1 or 2  20  int32 end-of-document id     40  int32 CRC-32C of all bytes from 64 on
 * 12  int32 bytes per id     24  int64 ids                    44  zeros; 60: int32 CRC-32C of bytes 0 to 59
 * </pre>
 *
 * Then come the ids (uint16 for a vocabulary of up to 65,536, else int32), zeros up to a multiple of 8, and for every
 * document as an int64 the number of ids up to its end, its end-of-document id included. In a file of version 2 follows
 * of each id, from the lowest bit of the first int64 on, whether it is trained, filled up to whole int64.
 */
record TokenHeader(boolean masked, int vocabulary, int endOfDocument, long tokens, long documents, int checksum) {
    static final int BYTES = 64;

    private static final byte[] MAGIC = "CHAINTOK".getBytes(StandardCharsets.US_ASCII);
    private static final int PLAIN = 1;
    private static final int MASKED = 2;
    private static final int CHECKED = 60;

    static int width(int vocabulary) {
        return vocabulary <= 1 << 16 ? 2 : 4;
    }

    /** The zeros between the ids and the documents' ends. */
    static int padding(int width, long tokens) {
        return (int) (-tokens * width & 7);
    }

    int width() {
        return width(vocabulary);
    }

    /** Where the documents' ends begin in the file. */
    long endsOffset() {
        return BYTES + tokens * width() + padding(width(), tokens);
    }

    /** Where it begins to say which ids are trained. */
    long maskOffset() {
        return endsOffset() + documents * Long.BYTES;
    }

    long fileBytes() {
        return maskOffset() + (masked ? Math.ceilDiv(tokens, Long.SIZE) * Long.BYTES : 0);
    }

    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC)
                .putInt(masked ? MASKED : PLAIN)
                .putInt(width())
                .putInt(vocabulary)
                .putInt(endOfDocument);
        bytes.putLong(tokens).putLong(documents).putInt(checksum);
        return bytes.putInt(CHECKED, crc(bytes)).rewind();
    }

    /**
     * The header of a file.
     *
     * @param bytes the first {@link #BYTES} bytes of the file, or all where it has fewer
     * @throws BadInput for a file that is no token file, is damaged in its header or has another length than that says
     */
    static TokenHeader read(Path file, ByteBuffer bytes, long fileBytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < BYTES || !bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw wrong(file, "is not a token file");
        }
        int version = bytes.getInt(8);
        if (version != PLAIN && version != MASKED) {
            throw wrong(
                    file,
                    "is a token file of version " + version + ", and only " + PLAIN + " and " + MASKED + " are known");
        }
        var header = new TokenHeader(
                version == MASKED,
                bytes.getInt(16),
                bytes.getInt(20),
                bytes.getLong(24),
                bytes.getLong(32),
                bytes.getInt(40));
        if (bytes.getInt(CHECKED) != crc(bytes) || bytes.getInt(12) != header.width() || !header.possible()) {
            throw wrong(file, "is a token file with a damaged header");
        }
        if (header.fileBytes() != fileBytes) {
            throw wrong(file, "has " + fileBytes + " bytes where its header says " + header.fileBytes());
        }
        return header;
    }

    static BadInput wrong(Path file, String what) {
        return new BadInput(file + " " + what + ": tokenise the corpus again.");
    }

    private boolean possible() {
        long most = Long.MAX_VALUE >> 5;
        return vocabulary > 0
                && endOfDocument >= 0
                && endOfDocument < vocabulary
                && tokens > 0
                && tokens < most
                && documents > 0
                && documents <= tokens;
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes.slice(0, CHECKED));
        return (int) crc.getValue();
    }
}
