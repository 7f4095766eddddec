package chainrule.eval;

import chainrule.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads reference files in JSON. */
final class GoldenJson {
    private GoldenJson() {}

    static JsonNode read(String name) {
        return JsonMapper.shared().readTree(Golden.path(name).toFile());
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return array.valueStream();
    }

    static int[] ints(JsonNode array) {
        return stream(array).mapToInt(JsonNode::intValue).toArray();
    }

    static long[] longs(JsonNode array) {
        return stream(array).mapToLong(JsonNode::longValue).toArray();
    }

    static double[] doubles(JsonNode array) {
        return stream(array).mapToDouble(JsonNode::doubleValue).toArray();
    }

    static List<String> strings(JsonNode array) {
        return stream(array).map(JsonNode::stringValue).toList();
    }

    /** Ids as a list, without those in {@code without}. */
    static List<Integer> list(JsonNode array, int... without) {
        return Arrays.stream(ints(array))
                .filter(id -> Arrays.stream(without).noneMatch(w -> w == id))
                .boxed()
                .toList();
    }
}
