package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.local.Conversation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages or tools in a file, in the form of OpenAI's API: messages are an array of objects, or stand with tools in one
 * object. The arguments of a message's tool calls, which that API gives as JSON in a text, are read, as templates expect.
 *
 * @param name of the file, for messages about it
 * @param content its JSON as Java's lists, maps, texts, numbers and truth values
 */
record ConversationFile(String name, @Nullable Object content) {
    private static final String EXAMPLE = "[{\"role\": \"user\", \"content\": \"Hello\"}]";

    /** @param name {@code -} for standard input */
    static ConversationFile read(String name, Console console) throws IOException {
        if (name.equals("-")) {
            return parse("Standard input", console.in().readAllBytes());
        }
        Path path = Path.of(name);
        if (Files.isDirectory(path)) {
            throw new BadInput(name + " is a folder: name a JSON file.");
        }
        return parse(name, Files.readAllBytes(path));
    }

    private static ConversationFile parse(String name, byte[] bytes) {
        try {
            return new ConversationFile(name, JsonMapper.shared().readValue(bytes, Object.class));
        } catch (JacksonException e) {
            throw new BadInput(
                    name + " is not JSON (line "
                            + Optional.ofNullable(e.getLocation())
                                    .map(l -> l.getLineNr())
                                    .orElse(1)
                            + "): give something like " + EXAMPLE + ".",
                    e);
        }
    }

    /** The conversation. @throws BadInput where the messages are not what they must be */
    Conversation conversation() {
        Object list = content instanceof Map<?, ?> all ? all.get("messages") : content;
        if (!(list instanceof List<?> given) || given.isEmpty()) {
            throw new BadInput(name + " holds no messages: give something like " + EXAMPLE
                    + ", or an object with messages and tools.");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Object message : given) {
            messages.add(message(name + ": message " + (messages.size() + 1), message));
        }
        Object tools = content instanceof Map<?, ?> all ? all.get("tools") : null;
        return new Conversation(
                messages, tools == null ? Optional.empty() : Optional.of(new ConversationFile(name, tools).tools()));
    }

    /** The tools. @throws BadInput where there is no array of objects */
    List<Object> tools() {
        if (content instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
            return List.copyOf(list);
        }
        throw new BadInput(name
                + " holds something else than tools: give an array of objects like {\"type\": \"function\", \"function\":"
                + " {\"name\": ...}}.");
    }

    private static Map<String, Object> message(String where, Object given) {
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
