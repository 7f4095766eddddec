package chainrule.train;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a checkpoint says of its run besides the net and the optimizer's state: {@code state.json}.
 *
 * @param step steps taken
 * @param tokens read
 * @param before the held-out loss before the first step, where it was taken
 * @param settings those that decide the numbers, in words
 */
record RunState(long step, long tokens, OptionalDouble before, Map<String, String> settings) {
    static final String OPTIMIZER = "optimizer.safetensors";
    private static final String STATE = "state.json";
    private static final String BEFORE = "eval_loss_before";

    /** The files that are not the net's. */
    static final Set<String> OWN = Set.of(OPTIMIZER, STATE, RunFolder.RUN);

    void write(Path folder) throws IOException {
        ObjectNode state =
                JsonMapper.shared().createObjectNode().put("step", step).put("num_tokens", tokens);
        before.ifPresent(loss -> state.put(BEFORE, loss));
        ObjectNode words = state.putObject("settings");
        settings.forEach(words::put);
        Files.writeString(folder.resolve(STATE), state.toPrettyString() + "\n");
    }

    /** @throws BadInput where the folder is no checkpoint */
    static RunState read(Path folder) {
        Path file = folder.resolve(STATE);
        try {
            JsonNode state = JsonMapper.shared().readTree(Files.readString(file));
            Map<String, String> settings = new LinkedHashMap<>();
            state.required("settings")
                    .properties()
                    .forEach(e -> settings.put(e.getKey(), e.getValue().stringValue()));
            return new RunState(
                    state.required("step").longValue(),
                    state.required("num_tokens").longValue(),
                    state.has(BEFORE) ? OptionalDouble.of(state.get(BEFORE).doubleValue()) : OptionalDouble.empty(),
                    settings);
        } catch (IOException | JacksonException e) {
            throw new BadInput(file + " cannot be read: name another checkpoint in the file latest beside it.", e);
        }
    }
}
