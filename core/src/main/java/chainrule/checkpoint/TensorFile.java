package chainrule.checkpoint;

import chainrule.BadInput;
import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Tensors in a file, by name. The file is mapped, so that reading some tensors does not read the rest; only its header
 * is read, and checked, when it is opened.
 */
public sealed interface TensorFile extends AutoCloseable permits Safetensors, ShardedSafetensors, Gguf, GgufWeights {
    /** The file's name, for messages. */
    String origin();

    /** All tensors by name, in the file's order. */
    SequencedMap<String, Entry> directory();

    /** All tensors, in the file's order. */
    default SequencedCollection<Entry> entries() {
        return directory().sequencedValues();
    }

    /**
     * A tensor's bytes as {@link Entry#dtype} stores them, row-major, blocks packed; read-only, valid while the file is
     * open. They lie in the mapped file, or in Java memory where they had to be rearranged.
     */
    MemorySegment bytes(String name);

    @Override
    void close();

    default boolean has(String name) {
        return directory().containsKey(name);
    }

    /** @throws BadInput where there is no such tensor */
    default Entry entry(String name) {
        Entry entry = directory().get(name);
        if (entry == null) {
            throw new BadInput(origin() + ": there is no tensor " + Quote.of(name) + ".");
        }
        return entry;
    }

    default long[] shape(String name) {
        return entry(name).shape();
    }

    /**
     * A tensor with memory of its own, of the type in the file (float32 where that is quantised); it belongs to the open
     * scope.
     */
    default Tensor read(String name) {
        Entry entry = entry(name);
        try (var scope = new Scope()) {
            Tensor tensor = Ops.empty(entry.dtype().scalar(), entry.shape());
            if (entry.elements() > 0) {
                MemorySegment to = Ops.segment(tensor);
                if (entry.dtype().quantised()) {
                    readFloats(name, to);
                } else {
                    to.copyFrom(bytes(name));
                }
            }
            return scope.keep(tensor);
        }
    }

    /**
     * Writes a tensor's values as float32, row-major.
     *
     * @param to 4 bytes for each element
     * @throws BadInput where the tensor does not hold floating-point numbers
     */
    default void readFloats(String name, MemorySegment to) {
        Entry entry = entry(name);
        Dequantise.Block block = Dequantise.of(entry.dtype())
                .orElseThrow(() -> new BadInput(origin() + ": tensor " + name + " holds " + entry.dtype()
                        + " where numbers with a fraction are needed."));
        Dequantise.all(entry.dtype(), block, bytes(name), to);
    }

    /**
     * A quantised matrix as it is stored; it belongs to the open scope. Empty for tensors that are not quantised, or of
     * another number of dimensions.
     */
    default Optional<Codes> readCodes(String name) {
        Entry entry = entry(name);
        return entry.dtype().quantised() && entry.shape().length == 2
                ? Optional.of(Dequantise.codes(entry.dtype(), entry.shape()[0], entry.shape()[1], bytes(name)))
                : Optional.empty();
    }

    /** Opens a file by what its name ends in: {@code .safetensors}, {@code .safetensors.index.json} or {@code .gguf}. */
    static TensorFile open(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors")) {
            return Safetensors.open(file);
        }
        if (name.endsWith(".safetensors.index.json")) {
            return ShardedSafetensors.open(file);
        }
        if (name.endsWith(".gguf")) {
            return Gguf.open(file);
        }
        throw new BadInput(file + ": tensors are read from .safetensors, .safetensors.index.json and .gguf files.");
    }
}
