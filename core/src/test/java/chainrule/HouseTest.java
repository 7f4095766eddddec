package chainrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house that a machine can check, over the sources of all modules. */
class HouseTest {
    /** From the bottom up; a package may import from its own level, without cycles, and from those below it. */
    private static final List<Set<String>> LEVELS = List.of(
            Set.of(""),
            Set.of("tensor"),
            Set.of("nn", "kernel", "text", "checkpoint"),
            Set.of("model"),
            Set.of("parallel", "data", "adapter"),
            Set.of("decode", "objective", "optim", "control", "probe", "diffusion"),
            Set.of("train", "eval"),
            Set.of("local"));

    private static final Map<String, Integer> BUDGETS =
            Map.of("core", 46_000, "worlds", 3_000, "systems", 12_000, "studies", 8_000, "apps", 5_500, "bench", 2_000);
    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?(chainrule\\.[\\w.]+);", Pattern.MULTILINE);
    private static final Pattern FORBIDDEN_NAME =
            Pattern.compile(".*(Impl|Base|Util|Utils|Manager|Helper|Factory)\\.java");

    private record Source(String module, boolean main, Path file, String text) {
        /** Below the module's root package: {@code model.family}. */
        String inner() {
            String path = file.toString().replace('\\', '/');
            String inner = path.substring(path.indexOf("/java/chainrule/") + "/java/chainrule/".length());
            return inner.contains("/")
                    ? inner.substring(0, inner.lastIndexOf('/')).replace('/', '.')
                    : "";
        }

        long lines() {
            return text.lines().count();
        }
    }

    private static List<Source> sources() {
        List<Source> all = new ArrayList<>();
        for (String module : BUDGETS.keySet()) {
            Path src = Golden.root().resolve(module).resolve("src");
            if (Files.isDirectory(src)) {
                try (Stream<Path> files = Files.walk(src)) {
                    files.filter(f -> f.toString().endsWith(".java")).sorted().forEach(f -> all.add(read(module, f)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        assertThat(all).as("sources").hasSizeGreaterThan(20);
        return all;
    }

    private static Source read(String module, Path file) {
        try {
            return new Source(
                    module, file.toString().replace('\\', '/').contains("/src/main/"), file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noFileIsLongerThan400Lines() {
        assertThat(sources().stream().filter(s -> s.lines() > 400).map(s -> s.file() + ": " + s.lines()))
                .isEmpty();
    }

    @Test
    void everyModuleKeepsItsBudgetOfLines() {
        Map<String, Long> lines = new TreeMap<>();
        sources().stream().filter(Source::main).forEach(s -> lines.merge(s.module(), s.lines(), Long::sum));
        lines.forEach((module, count) ->
                assertThat(count).as("lines of " + module).isLessThanOrEqualTo(BUDGETS.getOrDefault(module, 0)));
    }

    @Test
    void everyPackageSaysWhatItIs() {
        Set<Path> packages = new TreeSet<>();
        Set<Path> described = new HashSet<>();
        sources().stream().filter(Source::main).forEach(s -> {
            packages.add(s.file().getParent());
            if (s.file().endsWith("package-info.java")) {
                described.add(s.file().getParent());
            }
        });
        assertThat(packages).allMatch(described::contains);
    }

    @Test
    void namesSayWhatAThingIsAndNotThatItHelps() {
        assertThat(sources().stream()
                        .map(s -> s.file().getFileName().toString())
                        .filter(n -> FORBIDDEN_NAME.matcher(n).matches()))
                .isEmpty();
    }

    @Test
    void noTestIsSkippedInSilence() {
        Pattern skips = Pattern.compile("@Disabled|Assumptions\\.|assumeTrue\\(|assumeThat\\(");
        assertThat(sources().stream()
                        .filter(s -> !s.file().endsWith("HouseTest.java")
                                && skips.matcher(s.text()).find())
                        .map(Source::file))
                .isEmpty();
    }

    @Test
    void libtorchIsImportedNameByName() {
        assertThat(sources().stream()
                        .filter(s -> s.text().contains("import org.bytedeco.pytorch" + ".*"))
                        .map(Source::file))
                .isEmpty();
    }

    @Test
    void coreIsImportedFromTheTopDown() {
        Map<String, Set<String>> within = new HashMap<>();
        List<String> upwards = new ArrayList<>();
        for (Source s : sources()) {
            if (!s.module().equals("core") || !s.main()) {
                continue;
            }
            String from = first(s.inner());
            IMPORT.matcher(s.text())
                    .results()
                    .map(m -> first(packageOf(m.group(1))))
                    .filter(to -> !to.equals(from))
                    .forEach(to -> {
                        int a = level(from, s.file());
                        int b = level(to, s.file());
                        if (b > a) {
                            upwards.add(s.file() + " imports from " + to);
                        } else if (a == b) {
                            within.computeIfAbsent(from, _ -> new TreeSet<>()).add(to);
                        }
                    });
        }
        assertThat(upwards).isEmpty();
        within.forEach((from, tos) -> tos.forEach(to -> assertThat(within.getOrDefault(to, Set.of()))
                .as(from + " and " + to + " import each other")
                .doesNotContain(from)));
    }

    @Test
    void noSystemImportsASystem() {
        for (Source s : sources()) {
            if (s.module().equals("systems") && s.main()) {
                String own = first(s.inner());
                Set<String> allowed = new HashSet<>();
                LEVELS.forEach(allowed::addAll);
                allowed.add(own);
                assertThat(IMPORT.matcher(s.text()).results().map(m -> first(packageOf(m.group(1)))))
                        .as(s.file().toString())
                        .allMatch(allowed::contains);
            }
        }
    }

    private static int level(String name, Path file) {
        for (int i = 0; i < LEVELS.size(); i++) {
            if (LEVELS.get(i).contains(name)) {
                return i;
            }
        }
        throw new AssertionError(file + ": the package " + name + " has no level in this test");
    }

    /** The package of an imported type, below the root package. */
    private static String packageOf(String type) {
        return Stream.of(type.split("\\."))
                .skip(1)
                .takeWhile(part -> Character.isLowerCase(part.charAt(0)))
                .reduce((a, b) -> a + "." + b)
                .orElse("");
    }

    private static String first(String name) {
        return name.split("\\.", 2)[0];
    }
}
