package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.data.Messages;
import chainrule.local.Conversation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages or tools in a file, in the form of OpenAI's API: messages are an array of objects, or stand with tools in one
 * object.
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
        Object tools = content instanceof Map<?, ?> all ? all.get("tools") : null;
        return new Conversation(
                Messages.of(name, list), tools == null ? Optional.empty() : Optional.of(Messages.tools(name, tools)));
    }

    /** The tools. @throws BadInput where there is no array of objects */
    List<Object> tools() {
        return Messages.tools(name, content);
    }
}
