package chainrule.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import chainrule.tensor.Natives;
import chainrule.tensor.Processor;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Products of small matrices, C = A B or C += A B, in code that oneDNN writes for this processor: on tiles (AMX) where it
 * has them. It is {@code at::native::cpublas::brgemm} of libtorch, called on the calling thread by its C++ symbol. A row
 * of C is the same bits whatever M is; in float32 each element is Σ a b by fused operations from the first to the last.
 *
 * <p>Legend: A [M,K], B [K,N], C [M,N] in float32 or int32; rows of each lie a given distance apart.
 */
@SuppressWarnings("restricted")
enum Brgemm {
    /** B row by row. */
    F32("PKfS3_Pfb", false, Processor.avx2()),
    /** B in pairs of rows, [⌈K/2⌉,N,2]. */
    BF16("PKN3c108BFloat16ES5_Pfb", true, Processor.bf16()),
    /** A unsigned, B signed and in fours of rows, [⌈K/4⌉,N,4]; exact sums. Only with tiles. */
    U8S8("PKhPKaPib", true, Processor.amx());

    /** Rows of one call: their sums stay in a core's cache. */
    private static final int BLOCK = 128;

    /** Whether oneDNN is told to do with less than bfloat16 instructions; it would end the process if asked for them. */
    private static final boolean LIMITED = Stream.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
            .map(name -> System.getenv().getOrDefault(name, "DEFAULT").toUpperCase(Locale.ROOT))
            .anyMatch(isa -> Stream.of("DEFAULT", "ALL", "BF16", "FP16", "AMX").noneMatch(isa::contains));

    private final String arguments;
    private final boolean interleaved;
    private final boolean suits;

    /** @param arguments their mangled types, after the six sizes and the choice to add */
    Brgemm(String arguments, boolean interleaved, boolean suits) {
        this.arguments = arguments;
        this.interleaved = interleaved;
        this.suits = suits;
    }

    /** Whether this processor and this libtorch have it. */
    boolean here() {
        return suits && !(interleaved && LIMITED) && Libtorch.CODE.containsKey(this);
    }

    /** Some outputs of some rows. */
    @FunctionalInterface
    interface Part {
        /**
         * @param output the first of them
         * @param row the first of them
         * @param rows how many; more than asked for where a whole {@link Rows#GROUP} costs no more, or has its code already
         */
        void compute(int output, int row, int rows);
    }

    /** Does the parts of {@code n} rows on all threads, {@code width} outputs each. */
    static void each(int outputs, int width, int n, Part part) {
        int blocks = Math.ceilDiv(n, BLOCK);
        Workers.share(Math.ceilDiv(outputs, width) * blocks, (from, to) -> {
            for (int unit = from; unit < to; unit++) {
                int row = unit % blocks * BLOCK;
                int rows = Math.min(BLOCK, n - row);
                boolean whole = Processor.amx() || rows > Rows.GROUP;
                part.compute(unit / blocks * width, row, whole ? Math.ceilDiv(rows, Rows.GROUP) * Rows.GROUP : rows);
            }
            release();
        });
    }

    /**
     * A product of any number of rows; oneDNN writes the code for each number once in each thread.
     *
     * @param a the distance of A's rows in elements, {@code b} and {@code c} likewise
     * @param add whether C is added to
     */
    record Tile(Brgemm type, int n, int k, int a, int b, int c, boolean add) {
        /** C of {@code m} rows. The thread's last call is followed by {@link #release}. */
        void apply(int m, MemorySegment from, MemorySegment weights, MemorySegment to) {
            MethodHandle code = Libtorch.CODE.get(type);
            if (code == null) {
                throw new IllegalStateException("libtorch has no brgemm of " + type);
            }
            try {
                code.invokeExact(
                        (long) m,
                        (long) n,
                        (long) k,
                        (long) a,
                        (long) b,
                        (long) c,
                        add,
                        from,
                        weights,
                        to,
                        type.interleaved);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Gives the calling thread's tiles back, which oneDNN's other products shape as they need them. */
    static void release() {
        try {
            Libtorch.RELEASE.invokeExact(true);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** How libtorch is called. */
    private static final class Libtorch {
        private static final Linker LINKER = Linker.nativeLinker();
        private static final String SPACE = "_ZN2at6native7cpublas";
        static final Map<Brgemm, MethodHandle> CODE = code();
        static final MethodHandle RELEASE =
                handle(SPACE + "14brgemm_releaseEb", FunctionDescriptor.ofVoid(JAVA_BOOLEAN));

        private static Map<Brgemm, MethodHandle> code() {
            Natives.load();
            Map<Brgemm, MethodHandle> found = new EnumMap<>(Brgemm.class);
            FunctionDescriptor form = FunctionDescriptor.ofVoid(
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_BOOLEAN,
                    ADDRESS,
                    ADDRESS,
                    ADDRESS,
                    JAVA_BOOLEAN);
            for (Brgemm type : values()) {
                String symbol = SPACE + "6brgemmEllllllb" + type.arguments;
                if (SymbolLookup.loaderLookup().find(symbol).isPresent()) {
                    found.put(type, handle(symbol, form));
                }
            }
            return Collections.unmodifiableMap(found);
        }

        private static MethodHandle handle(String symbol, FunctionDescriptor form) {
            return LINKER.downcallHandle(
                    SymbolLookup.loaderLookup().findOrThrow(symbol), form, Linker.Option.critical(false));
        }
    }
}
