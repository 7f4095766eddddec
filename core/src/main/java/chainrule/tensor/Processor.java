package chainrule.tensor;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What the processor can do, as far as the choice of a compute type depends on it. Read before any native loads. */
public final class Processor {
    private static final Set<String> FLAGS = flags();

    private Processor() {}

    /** Whether 8-bit products have instructions of their own (AVX-512 VNNI). */
    public static boolean vnni() {
        return FLAGS.contains("avx512_vnni");
    }

    /** Whether vectors of small whole numbers have 512 bits (AVX-512 BW). */
    public static boolean avx512() {
        return FLAGS.contains("avx512bw");
    }

    /** Whether vectors have 256 bits, fused operations included. */
    public static boolean avx2() {
        return FLAGS.contains("avx2") && FLAGS.contains("fma");
    }

    /** Whether bf16 products run on tiles (AMX). */
    public static boolean amx() {
        return FLAGS.contains("amx_bf16");
    }

    /** Whether bf16 products have instructions of their own: AMX or AVX-512 bf16. */
    public static boolean bf16() {
        return amx() || FLAGS.contains("avx512_bf16");
    }

    /** The flags that matter here, in words, for {@code doctor}. */
    public static String describe() {
        var found = FLAGS.stream()
                .filter(f -> f.startsWith("avx") || f.startsWith("amx") || f.equals("fma"))
                .sorted()
                .toList();
        return found.isEmpty() ? "unknown (no /proc/cpuinfo)" : String.join(" ", found);
    }

    /** @throws BadInput where the processor lacks what libtorch's kernels are compiled for */
    static void check() {
        if (!FLAGS.isEmpty() && System.getProperty("os.arch").equals("amd64") && !FLAGS.contains("avx2")) {
            throw new BadInput(
                    "This processor has no AVX2, which libtorch and its 8-bit kernels need: use a newer machine.");
        }
    }

    private static Set<String> flags() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("flags"))
                    .findFirst()
                    .map(l -> Set.of(l.substring(l.indexOf(':') + 1).trim().split("\\s+")))
                    .orElse(Set.of());
        } catch (IOException e) {
            return Set.of();
        }
    }
}
