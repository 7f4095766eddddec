package chainrule.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template that asks for too much is an error, whatever it asks for. */
final class TemplateLimitsTest {
    private static final String DOUBLING =
            "{% set ns = namespace(x=START) %}{% for i in range(99) %}{% set ns.x = NEXT %}{% endfor %}";

    private static String nested(String start, String next) {
        return DOUBLING.replace("START", start).replace("NEXT", next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
                "{% for i in range(99999) %}{% for j in range(99999) %}{{ i }}{% endfor %}{% endfor %}",
                "{% set x = range(99999) | list %}{% for i in x %}{% set y = x | sort %}{% endfor %}",
                "{% set x = range(99999) | list %}{% for i in x %}{% set y = -1 in x %}{% endfor %}",
                "{% set x = 'ab' * 4000000 %}{% for i in range(99999) %}{% set y = x.upper() %}{% endfor %}",
                "{% set x = 'a' * 4000000 %}{% set y = x ~ 'b' %}{% for i in range(99) %}{{ y in x }}{% endfor %}",
                "{% set x = 3 ** 9000 %}{% for i in range(99999) %}{{ x * i }}{% endfor %}"
            })
    void tooManyStepsAreAnError(String template) {
        assertThatThrownBy(() -> TemplateData.render(template))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("too");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'a' * 99999999999 }}",
                "{{ [0] * 99999999999 }}",
                "{{ 'a'.center(999999999) }}",
                "{{ 'a' | indent(999999999) }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '%.999999999f' % 1 }}",
                "{{ '{:999999999}'.format(1) }}",
                "{{ '{:.999999999e}'.format(1) }}",
                "{{ ('{0}' * 99).format('a' * 4000000) }}",
                "{{ ('%(a)s' * 99) % {'a': 'a' * 4000000} }}",
                "{{ 9 ** 99999999 }}",
                "{{ range(99999999) }}",
                "{% set x = 'a' * 9999 %}{{ (x * 999).replace('a', x) }}"
            })
    void whatWouldNotFitIntoMemoryIsAnError(String template) {
        assertThatThrownBy(() -> TemplateData.render(template)).isInstanceOf(TemplateException.class);
    }

    @Test
    void whatDoublesEveryTimeIsAnError() {
        for (String template : List.of(
                nested("'a'", "ns.x ~ ns.x"),
                nested("'a'", "ns.x + ns.x"),
                nested("[1]", "ns.x + ns.x"),
                nested("[1]", "[ns.x, ns.x]") + "{{ ns.x }}",
                nested("[1]", "[ns.x, ns.x]") + "{{ ns.x | tojson }}",
                nested("(1,)", "(ns.x, ns.x)") + "{{ {ns.x: 1} }}",
                nested("9", "ns.x * ns.x"))) {
            assertThatThrownBy(() -> TemplateData.render(template)).as(template).isInstanceOf(TemplateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(a=m()) %}{% endmacro %}{{ m() }}",
                "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = ns.x | select %}{% endfor %}"
                        + "{{ ns.x | list }}"
            })
    void recursionWithoutEndIsAnError(String template) {
        assertThatThrownBy(() -> TemplateData.render(template))
                .isInstanceOf(TemplateException.class)
                .hasMessage("maximum recursion depth exceeded");
    }

    @Test
    void deepNestingInTheSourceIsAnError() {
        for (String part : List.of("(", "[", "{1:", "not ", "-", "x[", "x(", "1 if 1 else ", "1 + ", "x | ", "x.")) {
            assertThatThrownBy(() -> TemplateData.render("{{ " + part.repeat(50_000) + "x }}"))
                    .as(part)
                    .isInstanceOf(TemplateException.class);
        }
        assertThatThrownBy(() -> TemplateData.render("{{ x" + " | trim".repeat(50_000) + " }}"))
                .isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> TemplateData.render("{% if 1 %}".repeat(50_000)))
                .isInstanceOf(TemplateException.class);
    }

    @Test
    void aThreadWithASmallStackGetsAnErrorToo() throws InterruptedException {
        var failure = new Throwable[1];
        var thread = new Thread(
                null,
                () -> {
                    try {
                        TemplateData.render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
                    } catch (Throwable e) {
                        failure[0] = e;
                    }
                },
                "small",
                200_000);
        thread.start();
        thread.join();
        assertThat(failure[0]).isInstanceOf(TemplateException.class);
    }

    @Test
    void aLongConversationIsNotTooMuch() {
        var message = Map.<String, Object>of("role", "user", "content", "word ".repeat(2_000));
        var template = ChatTemplate.parse(
                "{% for m in messages %}{{ m.content.split('</think>')[-1].strip() | trim ~ '\\n' }}{% endfor %}");
        String text = template.render(java.util.Collections.nCopies(2_000, message), Map.of());
        assertThat(text).hasSize(2_000 * 10_000);
    }
}
