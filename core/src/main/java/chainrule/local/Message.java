package chainrule.local;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A turn of a conversation.
 *
 * @param role as a rule {@code system}, {@code user} or {@code assistant}
 */
public record Message(String role, String content) {
    public static Message user(String content) {
        return new Message("user", content);
    }

    /** As chat templates read it. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        return fields;
    }
}
