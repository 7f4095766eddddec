package chainrule.local;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A conversation whose next turn is the model's, as chat templates read it.
 *
 * @param messages each with its {@code role}, its {@code content} and whatever else templates read
 * @param tools that the model may call, as the API of OpenAI describes them; empty where nothing is said of tools
 */
public record Conversation(List<Map<String, Object>> messages, Optional<List<Object>> tools) {
    /** Turns without tools. */
    public static Conversation of(List<Message> turns) {
        return new Conversation(turns.stream().map(Message::fields).toList(), Optional.empty());
    }
}
