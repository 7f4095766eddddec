package chainrule.checkpoint;

import chainrule.BadInput;
import chainrule.checkpoint.GgufNames.Rearranged;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * A GGUF model's tensors under Hugging Face's names and in its order of rows. What is stored transposed and quantised
 * (GPT-2's matrices) reads as float32.
 */
final class GgufWeights implements TensorFile {
    /** Tensors that say what the configuration says. */
    private static final Set<String> CONFIGURATION = Set.of("rope_freqs.weight");

    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final int TILE = 32;

    /** A tensor as it lies in the file, and what was done to it. */
    private record Source(Entry stored, Rearranged how) {}

    private final Gguf file;
    private final Map<String, Source> sources = new HashMap<>();
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

    /** The view of an open file, which it closes when it is closed. @throws BadInput for tensors without a name there */
    GgufWeights(Gguf file) {
        this.file = file;
        GgufMetadata metadata = new GgufMetadata(file.origin(), file.metadata());
        GgufNames names = GgufNames.of(metadata);
        for (Entry stored : file.entries()) {
            if (CONFIGURATION.contains(stored.name())) {
                continue;
            }
            String name = names.translate(stored.name())
                    .orElseThrow(() ->
                            metadata.bad("tensor " + Quote.of(stored.name()) + " is not known in this architecture"));
            Rearranged how = names.how(stored.name(), metadata.heads(), metadata.keyHeads());
            check(metadata, stored, how);
            if (entries.put(name, show(name, stored, how)) != null) {
                throw metadata.bad("tensor " + name + " occurs twice");
            }
            sources.put(name, new Source(stored, how));
        }
    }

    private static Entry show(String name, Entry stored, Rearranged how) {
        if (how instanceof Rearranged.Transposed) {
            return new Entry(name, single(stored.dtype()), stored.offset(), stored.shape()[1], stored.shape()[0]);
        }
        return new Entry(name, stored.dtype(), stored.offset(), stored.shape());
    }

    private static void check(GgufMetadata metadata, Entry entry, Rearranged how) {
        int dimensions = entry.shape().length;
        boolean fits = switch (how) {
            case Rearranged.Not() -> true;
            case Rearranged.Pairs(int heads) -> dimensions > 0 && entry.shape()[0] % (2L * heads) == 0;
            case Rearranged.Parts(int heads) -> dimensions > 0 && entry.shape()[0] % (3L * heads) == 0;
            case Rearranged.Transposed() ->
                dimensions == 2 && List.of(2, 4).contains(single(entry.dtype()).blockBytes());
        };
        if (!fits) {
            throw metadata.bad("tensor " + Quote.of(entry.name()) + " of type " + entry.dtype() + " and shape "
                    + Arrays.toString(entry.shape()) + " does not fit the architecture and its number of heads");
        }
    }

    @Override
    public String origin() {
        return file.origin();
    }

    @Override
    public SequencedMap<String, Entry> directory() {
        return Collections.unmodifiableSequencedMap(entries);
    }

    private static Dtype single(Dtype dtype) {
        return dtype.quantised() ? Dtype.F32 : dtype;
    }

    @Override
    public MemorySegment bytes(String name) {
        Source source = Objects.requireNonNull(sources.get(entry(name).name()));
        Entry stored = source.stored();
        MemorySegment bytes = file.bytes(stored.name());
        return switch (source.how()) {
            case Rearranged.Not() -> bytes;
            case Rearranged.Pairs(int heads) -> {
                long rows = stored.shape()[0];
                long half = rows / heads / 2;
                yield moved(bytes, rows, row -> row / (2 * half) * 2 * half + row % half * 2 + row / half % 2);
            }
            case Rearranged.Parts(int heads) -> moved(bytes, 3L * heads, run -> run % 3 * heads + run / 3);
            case Rearranged.Transposed() -> transposed(stored, bytes);
        };
    }

    /** {@code count} runs of equal length, each from where {@code source} says that it lies. */
    private MemorySegment moved(MemorySegment bytes, long count, LongUnaryOperator source) {
        MemorySegment result = memory(bytes.byteSize());
        long size = count == 0 ? 0 : bytes.byteSize() / count;
        for (long run = 0; run < count; run++) {
            MemorySegment.copy(bytes, source.applyAsLong(run) * size, result, run * size, size);
        }
        return result;
    }

    private MemorySegment transposed(Entry stored, MemorySegment bytes) {
        MemorySegment values = bytes;
        if (stored.dtype().quantised()) {
            values = memory(stored.elements() * Float.BYTES);
            file.readFloats(stored.name(), values);
        }
        MemorySegment result = memory(values.byteSize());
        long rows = stored.shape()[0];
        long columns = stored.shape()[1];
        boolean wide = single(stored.dtype()).blockBytes() == 4;
        for (long top = 0; top < rows; top += TILE) {
            for (long c = 0; c < columns; c++) {
                for (long r = top; r < Math.min(top + TILE, rows); r++) {
                    if (wide) {
                        result.set(WORD, (c * rows + r) * 4, values.get(WORD, (r * columns + c) * 4));
                    } else {
                        result.set(HALF, (c * rows + r) * 2, values.get(HALF, (r * columns + c) * 2));
                    }
                }
            }
        }
        return result;
    }

    private MemorySegment memory(long bytes) {
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new BadInput(origin() + ": a tensor of " + bytes
                    + " bytes is too large to be rearranged: use the model's safetensors files.");
        }
        return MemorySegment.ofArray(new byte[(int) bytes]);
    }

    @Override
    public void close() {
        file.close();
    }
}
