package chainrule.bench;

import chainrule.BadInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Other programs doing the same work, each round a process of its own: PyTorch and transformers by the scripts
 * {@code torch_train.py} and {@code torch_infer.py}, llama.cpp by {@code llama-bench}.
 */
final class Peers {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Peers() {}

    /** One figure of a program's output. */
    private record Program(
            String what, String who, List<String> command, java.util.function.ToDoubleFunction<String> figure)
            implements Workload {
        @Override
        public String unit() {
            return "tokens/s";
        }

        @Override
        public double round() {
            return figure.applyAsDouble(output(command));
        }
    }

    private static String output(List<String> command) {
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        // What makes our allocations fast is ours to set for ourselves alone.
        builder.environment().keySet().removeAll(List.of("GLIBC_TUNABLES", "THP_MEM_ALLOC_ENABLE"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new BadInput("The peer '" + String.join(" ", command) + "' failed: run it by hand to see why.");
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("The peer '" + command.getFirst() + "' cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadInput("Interrupted while a peer was running.");
        }
    }

    /** The seconds that a command line takes from its start to its end, the first token being its last. */
    private record Start(String who, List<String> command) implements Workload {
        @Override
        public String what() {
            return "command line to first token";
        }

        @Override
        public String unit() {
            return "s";
        }

        @Override
        public double round() {
            long began = System.nanoTime();
            output(command);
            return (System.nanoTime() - began) / 1e9;
        }
    }

    /** Our own launcher and llama.cpp's command line on one GGUF file. */
    static List<Workload> starts(Path launcher, Path llamaBench, Path model) {
        String prompt = "Gravity is";
        return List.of(
                new Start(
                        "chainrule int8, " + model.getFileName(),
                        List.of(
                                launcher.toString(),
                                "generate",
                                prompt,
                                "--model",
                                model.toString(),
                                "--max-tokens",
                                "1")),
                new Start(
                        "llama.cpp " + model.getFileName(),
                        List.of(
                                llamaBench.resolveSibling("llama-cli").toString(),
                                "-m",
                                model.toString(),
                                "-p",
                                prompt,
                                "-n",
                                "1",
                                "-st",
                                "-t",
                                "2")));
    }

    /** PyTorch's training step. */
    static Workload training(Path python, Path scripts, String type) {
        var command = List.of(
                python.toString(),
                scripts.resolve("torch_train.py").toString(),
                "--dtype",
                type,
                "--steps",
                "3",
                "--warmup",
                "1");
        return new Program(
                "training step, 13.9 M decoder",
                "PyTorch " + type,
                command,
                text -> median(lines(text, "tokens_per_s", Map.of())));
    }

    /** Prompt reading and decoding by transformers. */
    static List<Workload> transformers(Path python, Path scripts, String type) {
        var command = List.of(
                python.toString(), scripts.resolve("torch_infer.py").toString(), "--dtype", type, "--rounds", "1");
        return List.of(
                new Program(
                        "prefill 512",
                        "transformers " + type,
                        command,
                        text -> median(lines(text, "tokens_per_s", Map.of("what", "prefill 512")))),
                new Program(
                        "decode 128, 1 text",
                        "transformers " + type,
                        command,
                        text -> median(lines(text, "tokens_per_s", Map.of("what", "greedy 128")))));
    }

    /** Prompt reading and decoding by llama.cpp with the weights of one GGUF file. */
    static List<Workload> llama(Path bench, Path model) {
        String name = "llama.cpp " + model.getFileName().toString().replace(".gguf", "");
        List<Workload> all = new ArrayList<>();
        for (String[] test : new String[][] {{"prefill 512", "512", "0"}, {"decode 128, 1 text", "0", "128"}}) {
            var command = List.of(
                    bench.toString(),
                    "-m",
                    model.toString(),
                    "-p",
                    test[1],
                    "-n",
                    test[2],
                    "-t",
                    "2",
                    "-r",
                    "2",
                    "-o",
                    "json");
            all.add(new Program(
                    test[0],
                    name,
                    command,
                    text -> JSON.readTree(text).get(0).get("avg_ts").doubleValue()));
        }
        return all;
    }

    private static List<Double> lines(String text, String key, Map<String, String> where) {
        List<Double> found = new ArrayList<>();
        for (String line : text.lines().filter(l -> l.startsWith("{")).toList()) {
            JsonNode node = JSON.readTree(line);
            if (where.entrySet().stream()
                    .allMatch(e -> node.path(e.getKey()).stringValue("").equals(e.getValue()))) {
                found.add(node.get(key).doubleValue());
            }
        }
        return found;
    }

    static double median(List<Double> figures) {
        if (figures.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = figures.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
