package chainrule.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import chainrule.tensor.Natives;
import chainrule.tensor.Processor;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of 8-bit numbers in machine code that FBGEMM, a part of libtorch, writes for this processor: C = A B, with
 * unsigned rows A [R,I], a signed panel B [⌈I/4⌉,O,4] of {@link #outputs} outputs O, and exact 32-bit sums C [R,O].
 *
 * <p>libtorch's own 8-bit product goes through a dispatcher, allocations, a search for the activations' range and
 * OpenMP's threads, which together take longer than the machine code for a decoded row. Here it is called from Java's
 * threads with nothing in between. The code comes from {@code fbgemm::CodeGenBase::getOrCreate}, by its symbol; where
 * a libtorch lacks it (Windows, macOS on ARM), there is no such product.
 */
@SuppressWarnings("restricted")
public enum MicroKernel {
    AVX2(1, 6, 16, 8, 63),
    AVX512(2, 14, 32, 16, 63),
    AVX512_VNNI(4, 8, 48, 16, 127);

    private final int set;
    private final int rows;
    private final int outputs;
    private final int least;
    private final int range;

    private record Size(MicroKernel kernel, int rows, int inputs) {}

    /**
     * @param set FBGEMM's {@code inst_set_t}
     * @param rows that share a read of the panel: as many as registers hold sums of
     * @param least outputs of a vector
     * @param range see {@link #range()}
     */
    MicroKernel(int set, int rows, int outputs, int least, int range) {
        this.set = set;
        this.rows = rows;
        this.outputs = outputs;
        this.least = least;
        this.range = range;
    }

    /** The fastest that this processor and this libtorch have. */
    public static Optional<MicroKernel> here() {
        return Libtorch.BEST;
    }

    /** O, the outputs of a panel. */
    int outputs() {
        return outputs;
    }

    /**
     * Rows hold numbers from 1 to 2 · range + 1. Without VNNI two products are added in 16 bits, which 7-bit numbers
     * cannot overflow.
     */
    int range() {
        return range;
    }

    /** The code for R rows of I inputs, a multiple of 4; it is written once. */
    Code code(int rowCount, int inputs) {
        return Libtorch.WRITTEN.computeIfAbsent(
                new Size(this, rowCount, inputs), size -> write(size.rows(), size.inputs()));
    }

    private Code write(int rowCount, int inputs) {
        MemorySegment generator = Libtorch.GENERATORS.get(this);
        if (generator == null) {
            throw new IllegalStateException("libtorch has no code for " + this);
        }
        try (Arena arena = Arena.ofConfined()) {
            // BlockingFactors: MR, NR, NR_MIN, ROW_INTERLEAVE, MCB, KCB, NCB. KCB is also the distance of A's rows.
            MemorySegment blocks = arena.allocateFrom(JAVA_INT, rows, outputs, least, 4, rows, inputs, outputs);
            MemorySegment self = arena.allocateFrom(ADDRESS, blocks);
            var function =
                    (MemorySegment) Libtorch.GENERATE.invokeExact(generator, self, false, rowCount, outputs, inputs);
            return new Code(function, inputs, outputs);
        } catch (Throwable e) {
            throw new IllegalStateException("FBGEMM has no code for " + this, e);
        }
    }

    /** How FBGEMM is called. */
    private static final class Libtorch {
        private static final Linker LINKER = Linker.nativeLinker();
        static final MethodHandle GENERATE = LINKER.downcallHandle(
                FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_BOOLEAN, JAVA_INT, JAVA_INT, JAVA_INT));
        static final MethodHandle CODE = LINKER.downcallHandle(
                FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT),
                Linker.Option.critical(false));
        static final Map<MicroKernel, MemorySegment> GENERATORS = generators();
        static final Map<Size, Code> WRITTEN = new ConcurrentHashMap<>();
        static final Optional<MicroKernel> BEST = Optional.of(
                        Processor.vnni() ? AVX512_VNNI : Processor.avx512() ? AVX512 : AVX2)
                .filter(GENERATORS::containsKey);

        private static Map<MicroKernel, MemorySegment> generators() {
            Natives.load();
            Map<MicroKernel, MemorySegment> found = new EnumMap<>(MicroKernel.class);
            for (MicroKernel kernel : values()) {
                SymbolLookup.loaderLookup()
                        .find("_ZN6fbgemm11CodeGenBaseIhaiiE11getOrCreateILNS_10inst_set_tE" + kernel.set
                                + "EEEPFvPKhPKaS7_PiiiEbiii")
                        .ifPresent(generator -> found.put(kernel, generator));
            }
            return Collections.unmodifiableMap(found);
        }
    }

    /** Machine code for one number of rows R; it lives as long as the process. */
    record Code(MemorySegment function, int inputs, int outputs) {
        /** Writes the sums [R,O] of {@code rows} [R,I] times {@code panel}. */
        void apply(MemorySegment rows, MemorySegment panel, MemorySegment sums) {
            try {
                Libtorch.CODE.invokeExact(function, rows, panel, panel, sums, inputs, outputs);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
