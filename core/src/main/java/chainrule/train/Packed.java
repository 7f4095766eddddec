package chainrule.train;

import chainrule.data.Rows;
import chainrule.data.Windows;
import chainrule.objective.Batch;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The windows of a corpus in some order. */
record Packed(Windows windows, Order order, String name) implements Examples {
    private static final int SAMPLES = 32;

    /** Which rows a batch has. */
    @FunctionalInterface
    interface Order {
        Rows rows(long number, int rows);
    }

    @Override
    public long rows() {
        return windows.count();
    }

    @Override
    public Batch batch(long number, int rows) {
        return Batch.of(order.rows(number, rows).trimmed());
    }

    /** With a checksum of some of the windows and of which of their tokens are trained. */
    @Override
    public String description() {
        CRC32C crc = new CRC32C();
        int[] ids = new int[windows.length() + 1];
        for (long i = 0; i < Math.min(SAMPLES, rows()); i++) {
            long window = i * rows() / SAMPLES;
            int length = windows.read(window, ids);
            ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES);
            bytes.asIntBuffer().put(ids);
            crc.update(bytes);
            boolean[] mask = new boolean[windows.length()];
            windows.mask(window, length, mask);
            for (int t = 0; t < length - 1; t++) {
                if (!mask[t]) {
                    crc.update(t >> 8);
                    crc.update(t);
                }
            }
        }
        return "%d rows of %d tokens, %s, checksum %08x".formatted(rows(), windows.length(), name, crc.getValue());
    }
}
