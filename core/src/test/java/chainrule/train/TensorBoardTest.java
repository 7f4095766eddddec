package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads event files back as their format says. */
class TensorBoardTest {
    @TempDir
    Path folder;

    @Test
    void measurementsReadBackAsScalars() throws IOException {
        try (Metrics metrics = Metrics.after(0, folder.resolve("metrics.jsonl"));
                TensorBoard board = new TensorBoard(folder)) {
            metrics.add(RunFolderTest.measurement(1));
            board.started(new Observer.Start(1, 0, 0, List.of(), new MemoryNeed(0, 0, 0, 0, 0, 0)));
            board.measured(RunFolderTest.measurement(2));
            board.measured(RunFolderTest.measurement(3));
        }
        List<Map<Integer, Object>> events = events();
        assertThat(text(events.getFirst().get(3))).isEqualTo("brain.Event:2");
        Map<String, Double> scalars = new LinkedHashMap<>();
        for (var event : events.subList(1, events.size())) {
            assertThat(event.get(1))
                    .isEqualTo(RunFolderTest.measurement((long) event.get(2)).time());
            var value = message(message(event.get(5)).get(1));
            var metadata = message(value.get(9));
            assertThat(metadata.get(4)).isEqualTo(1L);
            assertThat(text(message(metadata.get(1)).get(1))).isEqualTo("scalars");
            var tensor = message(value.get(8));
            assertThat(tensor.get(1)).isEqualTo(1L);
            scalars.put(text(value.get(1)) + " " + event.get(2), (double)
                    bytes(tensor.get(5)).getFloat());
        }
        assertThat(scalars.keySet())
                .contains(
                        "train/loss 1",
                        "train/grad_norm 1",
                        "train/learning_rate 2",
                        "train/num_tokens 2",
                        "eval/loss 2")
                .doesNotContain("eval/loss 1");
        assertThat(scalars.get("train/loss 1")).isEqualTo(3);
        assertThat(scalars.get("eval/loss 2")).isEqualTo(1);
        assertThat(scalars.get("train/loss/next-token 3")).isEqualTo(2.5);
        assertThat(scalars.get("eval/loss/z-loss 3")).isEqualTo((float) (1.0 / 3));
        assertThat(scalars.get("train/learning_rate 2")).isCloseTo(1e-3 / 3, within(1e-9));
    }

    /** The records' payloads, every checksum compared. */
    private List<Map<Integer, Object>> events() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("events.out.tfevents.0.chainrule")))
                .order(ByteOrder.LITTLE_ENDIAN);
        List<Map<Integer, Object>> events = new ArrayList<>();
        while (file.hasRemaining()) {
            byte[] length = new byte[8];
            file.get(length);
            assertThat(file.getInt()).isEqualTo(masked(length));
            byte[] payload = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            file.get(payload);
            assertThat(file.getInt()).isEqualTo(masked(payload));
            events.add(message(payload));
        }
        return events;
    }

    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        long value = crc.getValue();
        return (int) ((value >>> 15 | value << 17) + 0xa282ead8L);
    }

    /** The fields of a message by number: varints as long, 64 bits as double, the rest as bytes. */
    private static Map<Integer, Object> message(Object encoded) {
        ByteBuffer in = bytes(encoded);
        Map<Integer, Object> fields = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            switch ((int) key & 7) {
                case 0 -> fields.put((int) key >> 3, varint(in));
                case 1 -> fields.put((int) key >> 3, in.getDouble());
                case 2 -> {
                    byte[] value = new byte[(int) varint(in)];
                    in.get(value);
                    fields.put((int) key >> 3, value);
                }
                default -> throw new AssertionError("wire type " + (key & 7));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static ByteBuffer bytes(Object field) {
        return ByteBuffer.wrap((byte[]) field).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(Object field) {
        return new String((byte[]) field, StandardCharsets.UTF_8);
    }
}
