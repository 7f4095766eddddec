package chainrule.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A run's measurements as a TensorBoard event file. A file is a sequence of records (u64 length, masked CRC-32C of the
 * length, payload, masked CRC-32C of the payload; TensorFlow, {@code lib/io/record_writer.h}), each a {@code
 * tensorflow.Event} in protocol buffers' encoding ({@code event.proto}, {@code summary.proto}, {@code tensor.proto}).
 */
public final class TensorBoard implements Observer, AutoCloseable {
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;

    private final Path folder;
    private OutputStream out = OutputStream.nullOutputStream();

    /** @param folder the run's; the file there is written anew when the run starts or is resumed */
    public TensorBoard(Path folder) {
        this.folder = folder;
    }

    /** Writes all that {@code run} has measured before. */
    @Override
    public void started(Start start) {
        Path file = folder.resolve("events.out.tfevents.0.chainrule");
        try {
            out = Files.newOutputStream(file);
            record(new Message()
                    .number(
                            1,
                            start.last().isEmpty()
                                    ? now()
                                    : start.last().getFirst().time())
                    .bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8)));
            for (Measurement m : Metrics.read(folder.resolve("metrics.jsonl"))) {
                write(m);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    @Override
    public void measured(Measurement m) {
        try {
            write(m);
        } catch (IOException e) {
            throw new UncheckedIOException("The TensorBoard file in " + folder + " cannot be written", e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Measurement m) throws IOException {
        scalar(m, "train/loss", m.loss());
        scalar(m, "train/grad_norm", m.gradientNorm());
        scalar(m, "train/learning_rate", m.learningRate());
        scalar(m, "train/num_tokens", m.tokens());
        scalar(m, "train/tokens_per_second", m.tokensPerSecond());
        scalar(m, "train/epoch", m.epoch());
        if (m.evaluation().isPresent()) {
            scalar(m, "eval/loss", m.evaluation().getAsDouble());
        }
        for (Map.Entry<String, Double> mean : m.means().entrySet()) {
            boolean heldOut = mean.getKey().startsWith("eval_");
            scalar(m, heldOut ? mean.getKey().replaceFirst("_", "/") : "train/" + mean.getKey(), mean.getValue());
        }
        out.flush();
    }

    /** Event{wall_time, step, summary{value{tag, metadata{plugin_data{plugin_name}, data_class}, tensor}}}. */
    private void scalar(Measurement m, String tag, double value) throws IOException {
        Message metadata = new Message()
                .bytes(
                        1,
                        new Message()
                                .bytes(1, "scalars".getBytes(StandardCharsets.UTF_8))
                                .encoded())
                .integer(4, 1);
        byte[] number = ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat((float) value)
                .array();
        Message tensor = new Message().integer(1, 1).bytes(2, new byte[0]).bytes(5, number);
        Message entry = new Message()
                .bytes(1, tag.getBytes(StandardCharsets.UTF_8))
                .bytes(8, tensor.encoded())
                .bytes(9, metadata.encoded());
        record(new Message()
                .number(1, m.time())
                .integer(2, m.step())
                .bytes(5, new Message().bytes(1, entry.encoded()).encoded()));
    }

    private void record(Message event) throws IOException {
        byte[] payload = event.encoded();
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(payload.length)
                .array();
        out.write(ByteBuffer.allocate(16 + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(length)
                .putInt(masked(length))
                .put(payload)
                .putInt(masked(payload))
                .array());
    }

    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /** A message in protocol buffers' encoding. */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message integer(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message number(int field, double value) {
            varint((long) field << 3 | FIXED64);
            bytes.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(value)
                    .array());
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | BYTES);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        byte[] encoded() {
            return bytes.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                bytes.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }
}
