package chainrule.text.template;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chat templates and snippets of their language render as transformers renders them. */
final class ChatTemplateGoldenTest {
    @Test
    void everyTemplateRendersEveryConversationAsTheReferenceDoes() throws IOException {
        var golden = TemplateData.object(TemplateData.read("cases.json"));
        var conversations = TemplateData.object(golden.get("conversations"));
        var failures = new ArrayList<String>();
        List<Map<String, Object>> cases = TemplateData.objects(golden.get("cases"));
        for (Map<String, Object> expected : cases) {
            var conversation = TemplateData.object(conversations.get(expected.get("conversation")));
            var variables = new HashMap<>(TemplateData.object(conversation.get("arguments")));
            variables.put("bos_token", golden.get("bos_token"));
            variables.put("eos_token", golden.get("eos_token"));
            variables.put("add_generation_prompt", expected.get("add_generation_prompt"));
            String source = Files.readString(Golden.path("chat/templates/" + expected.get("template") + ".jinja"));
            String failure = failure(
                    expected, source, TemplateData.objects(conversation.get("messages")), variables, Clock.systemUTC());
            if (failure != null) {
                failures.add(expected.get("template") + " on " + expected.get("conversation") + ": " + failure);
            }
        }
        assertThat(failures).isEmpty();
        assertThat(cases).hasSize(468);
    }

    @ParameterizedTest
    @CsvSource({"language.json, 1100", "markup.json, 450"})
    void everySnippetOfTheLanguageRendersAsTheReferenceDoes(String file, int atLeast) throws IOException {
        var golden = TemplateData.object(TemplateData.read(file));
        var now = LocalDateTime.parse(String.valueOf(golden.get("clock")));
        var clock = Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
        var failures = new ArrayList<String>();
        List<Map<String, Object>> cases = TemplateData.objects(golden.get("cases"));
        for (Map<String, Object> expected : cases) {
            String source = String.valueOf(expected.get("template"));
            String failure = failure(
                    expected,
                    source,
                    TemplateData.objects(golden.get("messages")),
                    TemplateData.object(golden.get("variables")),
                    clock);
            if (failure != null) {
                failures.add(source + ": " + failure);
            }
        }
        assertThat(failures).isEmpty();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(atLeast);
    }

    /** How the rendering differs from what a case expects, null if it does not. */
    private static @Nullable String failure(
            Map<String, Object> expected,
            String source,
            List<Map<String, Object>> messages,
            Map<String, Object> variables,
            Clock clock) {
        try {
            String rendered = ChatTemplate.parse(source).render(messages, variables, clock);
            return rendered.equals(expected.get("rendered"))
                    ? null
                    : "rendered <" + rendered + "> instead of " + expected.getOrDefault("rendered", "an error");
        } catch (TemplateException e) {
            boolean raised = "TemplateError".equals(expected.get("error_type"));
            boolean same =
                    raised == e.raised() && (!raised || expected.get("error").equals(e.getMessage()));
            return expected.containsKey("error") && same && e.line() > 0
                    ? null
                    : "failed at line " + e.line() + ": " + e.getMessage() + ", expected was "
                            + expected.getOrDefault("error", expected.get("rendered"));
        }
    }
}
