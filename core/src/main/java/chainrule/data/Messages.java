package chainrule.data;

import chainrule.BadInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages in the form of OpenAI's API, as chat templates read them. The arguments of a message's tool calls, which that
 * API gives as JSON in a text, are read, as templates expect; what is null is left out.
 */
public final class Messages {
    private Messages() {}

    /**
     * Messages from JSON as Java's lists, maps, texts, numbers and truth values.
     *
     * @param where the messages stand, for messages about them
     * @throws BadInput for what is no list of messages
     */
    public static List<Map<String, Object>> of(String where, @Nullable Object given) {
        if (!(given instanceof List<?> list) || list.isEmpty()) {
            throw new BadInput(
                    where + " holds no messages: give a list like [{\"role\": \"user\", \"content\": \"Hello\"}].");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Object message : list) {
            messages.add(message(where + ": message " + (messages.size() + 1), message));
        }
        return messages;
    }

    /** Tools from JSON. @throws BadInput for what is no list of objects */
    public static List<Object> tools(String where, @Nullable Object given) {
        if (given instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
            return List.copyOf(list);
        }
        throw new BadInput(where + " holds something else than tools: give an array of objects like"
                + " {\"type\": \"function\", \"function\": {\"name\": ...}}.");
    }

    private static Map<String, Object> message(String where, @Nullable Object given) {
        if (!(given instanceof Map<?, ?> fields)) {
            throw new BadInput(where + " is not an object like {\"role\": \"user\", \"content\": \"Hello\"}.");
        }
        if (!(fields.get("role") instanceof String)) {
            throw new BadInput(where + " has no role, or one that is not a text like \"user\".");
        }
        Object content = fields.get("content");
        boolean calls = content == null && fields.get("tool_calls") instanceof List<?>;
        if (!(content instanceof String || content instanceof List<?> || calls)) {
            throw new BadInput(where + " has no content, or one that is neither a text nor a list of parts.");
        }
        Map<String, Object> message = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            if (value != null) {
                message.put(String.valueOf(name), value);
            }
        });
        message.computeIfPresent("tool_calls", (_, list) -> withArguments(where, list));
        return message;
    }

    /** A message's tool calls, or a part of them, with the arguments read. */
    private static @Nullable Object withArguments(String where, @Nullable Object part) {
        return switch (part) {
            case List<?> calls ->
                calls.stream().map(call -> withArguments(where, call)).toList();
            case Map<?, ?> fields -> {
                Map<Object, Object> read = new LinkedHashMap<>(fields);
                read.computeIfPresent("function", (_, function) -> withArguments(where, function));
                read.computeIfPresent(
                        "arguments", (_, value) -> value instanceof String json ? arguments(where, json) : value);
                yield read;
            }
            case null, default -> part;
        };
    }

    private static Object arguments(String where, String json) {
        try {
            return JsonMapper.shared().readValue(json, Map.class);
        } catch (JacksonException e) {
            throw new BadInput(where + " calls a tool with arguments that are no JSON object.", e);
        }
    }
}
