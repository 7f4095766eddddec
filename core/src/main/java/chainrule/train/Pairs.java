package chainrule.train;

import chainrule.BadInput;
import chainrule.checkpoint.AtomicFile;
import chainrule.data.Batches;
import chainrule.data.Windows;
import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.nn.Compute;
import chainrule.objective.Batch;
import chainrule.objective.Dpo;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Pairs of answers, the better one first: windows 2i and 2i+1, with the log-probability that a reference model gives to
 * each. That is computed once and kept in a file, so that training has one model in memory.
 *
 * @param reference Σ log r of the trained tokens of every window
 * @param from the first pair
 * @param to the pair after the last
 * @param seed of the order of training; none for each pair once, in its place
 */
public record Pairs(Windows windows, double[] reference, long from, long to, Optional<Long> seed) implements Examples {
    /** All of {@code windows}, in their own order. */
    public static Pairs of(Windows windows, double[] reference) {
        return new Pairs(windows, reference, 0, windows.count() / 2, Optional.empty());
    }

    /** What is trained on, and what is measured on. */
    public record Split(Examples training, Optional<Examples> heldOut) {}

    /** These in an order of training but for the last {@code share}, one at least, which is held out if any is left. */
    public Split split(double share, long order) {
        long end = rows() < 2 ? to : to - Math.max(1, Math.round(rows() * share));
        return new Split(
                new Pairs(windows, reference, from, end, Optional.of(order)),
                end == to ? Optional.empty() : Optional.of(new Pairs(windows, reference, end, to, Optional.empty())));
    }

    /**
     * The log-probabilities of all windows under a net, in float32 whatever a decoder trains in: those in {@code file}, which is made where it is not there.
     *
     * @param done is told how many windows have been read
     * @throws BadInput where the file is of other windows
     */
    public static double[] reference(Path file, Net net, Windows windows, LongConsumer done) throws IOException {
        int count = Math.toIntExact(windows.count());
        if (!Files.exists(file)) {
            Net exact = net instanceof Decoder decoder ? decoder.in(Compute.F32) : net;
            ByteBuffer bytes = ByteBuffer.allocate(count * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (long i = 0; i < count; i++) {
                try (var _ = new Scope()) {
                    Batch one = Batch.of(windows.rows(i, 1).trimmed());
                    bytes.putDouble(Dpo.logP(exact, one).item_double());
                }
                done.accept(i + 1);
            }
            AtomicFile.write(file, bytes.array());
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != count * Double.BYTES) {
            throw new BadInput(file + " has other examples' log-probabilities: start the run anew.");
        }
        double[] all = new double[count];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(all);
        return all;
    }

    @Override
    public long rows() {
        return to - from;
    }

    @Override
    public Batch batch(long number, int rows) {
        long first = number * rows;
        long[] pairs = seed.map(s -> new Batches(windows.slice(0, rows()), s).numbers(number, rows))
                .orElseGet(() ->
                        LongStream.range(first, Math.min(first + rows, rows())).toArray());
        long[] numbers = LongStream.of(pairs)
                .flatMap(p -> LongStream.of(2 * (from + p), 2 * (from + p) + 1))
                .toArray();
        double[] own =
                LongStream.of(numbers).mapToDouble(i -> reference[(int) i]).toArray();
        Tensor logP = Ops.empty(ScalarType.Double, own.length);
        Ops.segment(logP).copyFrom(MemorySegment.ofArray(own));
        return Batch.of(windows.rows(numbers).trimmed()).against(logP);
    }

    @Override
    public String description() {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate(reference.length * Double.BYTES);
        bytes.asDoubleBuffer().put(reference);
        crc.update(bytes);
        return "pairs %d to %d of %s, reference %08x"
                .formatted(
                        from,
                        to,
                        new Packed(windows, (n, r) -> windows.rows(n * r, r), "" + seed).description(),
                        crc.getValue());
    }
}
