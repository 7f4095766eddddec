package chainrule.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** {@code metrics.jsonl}: one {@link Measurement} a line. */
final class Metrics implements AutoCloseable {
    private final FileChannel channel;

    private Metrics(FileChannel channel) {
        this.channel = channel;
    }

    /** Goes on after {@code step}: what an interrupted run wrote about later steps goes. */
    static Metrics after(long step, Path file) throws IOException {
        StringBuilder kept = new StringBuilder();
        for (Measurement m : read(file)) {
            if (m.step() <= step) {
                kept.append(m.json()).append('\n');
            }
        }
        Durable.replace(file, kept.toString());
        return new Metrics(FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    /** All measurements up to the first line that is not whole. */
    static List<Measurement> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .map(Measurement::parse)
                .takeWhile(Optional::isPresent)
                .map(Optional::get)
                .toList();
    }

    void add(Measurement m) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((m.json() + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    /** Until here nothing gets lost, whatever happens to the machine. */
    void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
