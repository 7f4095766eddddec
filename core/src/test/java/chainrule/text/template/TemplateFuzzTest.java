package chainrule.text.template;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damaged templates fail with a {@link TemplateException} or render; nothing else comes out, and soon. */
final class TemplateFuzzTest {
    private static final Pattern TOKEN =
            Pattern.compile("\\{%[-+]?|[-+]?%}|\\{\\{-?|-?}}|\\{#|#}|\\w+|\\s+|'[^'\\n]*'|\"[^\"\\n]*\"|[^\\w\\s]");
    /** Far more than any of them needs: it only tells a template that hangs from one that is slow. */
    private static final int SECONDS = 120;

    private final Map<String, Object> language = TemplateData.object(TemplateData.read("language.json"));

    @Test
    void twoThousandDamagedTemplatesRenderOrFailWithASentence() throws Exception {
        fuzz(2_000, 1);
    }

    @Test
    @Tag("slow")
    void twentyThousandDamagedTemplatesRenderOrFailWithASentence() throws Exception {
        fuzz(20_000, 2);
    }

    private void fuzz(int count, long seed) throws Exception {
        List<List<String>> templates = templates();
        var random = new SplittableRandom(seed);
        int rendered = 0;
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < count; i++) {
                String damaged = damage(templates, random);
                Future<Boolean> render = executor.submit(() -> renders(damaged));
                try {
                    rendered += render.get(SECONDS, TimeUnit.SECONDS) ? 1 : 0;
                } catch (Exception e) {
                    throw new AssertionError("seed " + seed + ", template " + i + ": " + damaged, e);
                }
            }
        }
        assertThat(rendered).as("templates that still render").isBetween(count / 10, count * 9 / 10);
    }

    private boolean renders(String template) {
        try {
            ChatTemplate.parse(template)
                    .render(
                            TemplateData.objects(language.get("messages")),
                            TemplateData.object(language.get("variables")));
            return true;
        } catch (TemplateException | BadInput e) {
            assertThat(e.getMessage()).isNotNull();
            return false;
        }
    }

    private List<List<String>> templates() throws IOException {
        var templates = new ArrayList<List<String>>();
        try (var files = Files.list(Golden.path("chat/templates"))) {
            for (var file : files.sorted().toList()) {
                templates.add(tokens(Files.readString(file)));
            }
        }
        for (Map<String, Object> snippet : TemplateData.objects(language.get("cases"))) {
            templates.add(tokens(String.valueOf(snippet.get("template"))));
        }
        return templates;
    }

    private static List<String> tokens(String template) {
        var tokens = new ArrayList<String>();
        TOKEN.matcher(template).results().forEach(match -> tokens.add(match.group()));
        return tokens;
    }

    /** A template of which a few tokens are gone, moved, doubled, or taken from another one. */
    private static String damage(List<List<String>> templates, SplittableRandom random) {
        // Every fifth is a whole chat template, the others are snippets.
        int whole = 13;
        int chosen = random.nextInt(5) == 0 ? random.nextInt(whole) : random.nextInt(templates.size());
        var tokens = new ArrayList<>(templates.get(chosen));
        for (int n = 1 + random.nextInt(4); n > 0 && !tokens.isEmpty(); n--) {
            int at = random.nextInt(tokens.size());
            List<String> other = templates.get(random.nextInt(templates.size()));
            String foreign = other.isEmpty() ? "" : other.get(random.nextInt(other.size()));
            switch (random.nextInt(6)) {
                case 0 -> tokens.remove(at);
                case 1 -> tokens.add(at, tokens.get(at));
                case 2 -> tokens.set(at, tokens.get(random.nextInt(tokens.size())));
                case 3 -> tokens.set(at, foreign);
                case 4 -> tokens.add(at, foreign);
                default -> tokens.add(at, Character.toString(random.nextInt(0x2fff)));
            }
        }
        return String.join("", tokens);
    }
}
