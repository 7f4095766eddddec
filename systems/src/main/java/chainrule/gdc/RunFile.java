package chainrule.gdc;

import chainrule.BadInput;
import chainrule.checkpoint.Entry;
import chainrule.checkpoint.Safetensors;
import chainrule.control.Scorer;
import chainrule.control.Target;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A run in one safetensors file: the tensors of policy, proposal and optimizer, numbers, and what run it is. */
record RunFile(Safetensors file) {
    private static final String NUMBERS = "numbers";
    private static final String SIGNAL = "signal";

    /** What a run remembers besides tensors. */
    record Numbers(long step, long judged, double record, double[] z, double[] signal) {}

    static void write(
            Path path,
            Tree policy,
            Tree proposal,
            Map<String, Tensor> optimizer,
            Numbers numbers,
            Map<String, String> description)
            throws IOException {
        try (var _ = new Scope()) {
            Map<String, Tensor> all = new LinkedHashMap<>();
            policy.tensors().forEach((name, tensor) -> all.put("policy." + name, tensor));
            proposal.tensors().forEach((name, tensor) -> all.put("proposal." + name, tensor));
            optimizer.forEach((name, tensor) -> all.put("optimizer." + name, tensor));
            all.put(NUMBERS, tensor(numbers.step, numbers.judged, numbers.record, numbers.z[0], numbers.z[1]));
            if (numbers.signal.length > 0) {
                all.put(SIGNAL, tensor(numbers.signal));
            }
            Safetensors.write(path, all, description);
        }
    }

    /**
     * Reads a run.
     *
     * @param description what run it must be
     * @param tensors is given the file and the optimizer's tensors
     * @throws BadInput where it is another
     */
    static Numbers read(
            Path path, Map<String, String> description, BiConsumer<RunFile, SequencedMap<String, Tensor>> tensors) {
        try (var _ = new Scope();
                var _ = new NoGradGuard();
                Safetensors file = Safetensors.open(path)) {
            RunFile saved = new RunFile(file);
            description.forEach((name, value) -> {
                String before = file.metadata().getOrDefault(name, "unknown");
                if (!before.equals(value)) {
                    throw new BadInput("The run in " + path + " has another " + name + ": " + before + ", not " + value
                            + ". Go on with its own, or start a new run.");
                }
            });
            SequencedMap<String, Tensor> optimizer = new LinkedHashMap<>();
            for (Entry entry : file.entries()) {
                if (entry.name().startsWith("optimizer.")) {
                    optimizer.put(entry.name().substring("optimizer.".length()), file.read(entry.name()));
                }
            }
            double[] numbers = values(file.read(NUMBERS));
            double[] signal = file.has(SIGNAL) ? values(file.read(SIGNAL)) : new double[0];
            tensors.accept(saved, optimizer);
            return new Numbers(
                    (long) numbers[0], (long) numbers[1], numbers[2], Arrays.copyOfRange(numbers, 3, 5), signal);
        }
    }

    /** Copies the tensors of {@code part} into a model's parameters. @throws BadInput where one has another shape */
    void fill(String part, Tree parameters) {
        parameters.tensors().forEach((name, tensor) -> {
            Tensor from = file.read(part + "." + name);
            if (!Arrays.equals(from.shape(), tensor.shape())) {
                throw new BadInput(file.origin() + ": " + name
                        + " has another shape than this model's. Go on with the model that the run trained.");
            }
            tensor.detach().copy_(from);
        });
    }

    /** What decides the numbers of a run, in words. */
    static Map<String, String> describe(Target target, Settings settings) {
        Map<String, String> all = new TreeMap<>();
        String factors = target.pointwise().stream().map(Scorer::name).collect(Collectors.joining(", "));
        String weighted = target.terms().stream()
                .map(term -> term.lambda() + " " + term.feature().name())
                .collect(Collectors.joining(" + "));
        all.put("target", "always [" + factors + "], exp(" + weighted + ")");
        all.put(
                "texts",
                Arrays.toString(target.base().sequences().prompt()) + ", "
                        + target.base().sequences().length() + " tokens, ended by "
                        + target.base().sequences().ends());
        all.put("settings", settings.toString());
        return all;
    }

    private static Tensor tensor(double... values) {
        Tensor tensor = Ops.empty(ScalarType.Double, values.length);
        Ops.segment(tensor).copyFrom(MemorySegment.ofArray(values));
        return tensor;
    }

    private static double[] values(Tensor tensor) {
        return Ops.segment(tensor).toArray(ValueLayout.JAVA_DOUBLE);
    }
}
