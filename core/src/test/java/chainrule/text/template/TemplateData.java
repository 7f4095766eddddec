package chainrule.text.template;

import chainrule.Golden;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The reference data of {@code golden/chat} as plain Java data. */
final class TemplateData {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TemplateData() {}

    static Object read(String file) {
        return JSON.readValue(Golden.path("chat/" + file), Object.class);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> objects(Object json) {
        return (List<Map<String, Object>>) json;
    }

    /** The text of a template for one message of a user, {@code Hi}. */
    static String render(String template) {
        return ChatTemplate.parse(template).render(List.of(Map.of("role", "user", "content", "Hi")), Map.of());
    }
}
