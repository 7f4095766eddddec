package chainrule.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chainrule.BadInput;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ChatTemplateTest {
    private static final List<Map<String, Object>> HI = List.of(Map.of("role", "user", "content", "Hi"));

    private static TemplateException failure(String template) {
        return catchThrowableOfType(TemplateException.class, () -> TemplateData.render(template));
    }

    @Test
    void rendersMessagesAndVariables() {
        var template =
                ChatTemplate.parse("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ eos_token }}");
        assertThat(template.render(HI, Map.of("eos_token", "</s>"))).isEqualTo("<user>Hi</s>");
    }

    @Test
    void aKeyOfAMessageWhoseValueIsNullIsAbsent() {
        var message = new LinkedHashMap<String, Object>(Map.of("role", "user"));
        message.put("content", null);
        var template = ChatTemplate.parse("{{ messages[0].content is defined }} {{ messages[0] }}");
        assertThat(template.render(List.of(message), Map.of())).isEqualTo("False {'role': 'user'}");
    }

    @Test
    void aNullWithinAMessageIsNone() {
        var arguments = new HashMap<String, Object>();
        arguments.put("unit", null);
        var message = Map.<String, Object>of("role", "assistant", "arguments", arguments);
        assertThat(ChatTemplate.parse("{{ messages[0].arguments | tojson }}").render(List.of(message), Map.of()))
                .isEqualTo("{\"unit\": null}");
    }

    @Test
    void reasoningIsKnownUnderEveryNameThatTemplatesUse() {
        var message = Map.<String, Object>of("role", "assistant", "content", "4", "reasoning", "2+2");
        assertThat(ChatTemplate.parse("{{ messages[0].reasoning_content }} {{ messages[0].thinking }}")
                        .render(List.of(message), Map.of()))
                .isEqualTo("2+2 2+2");
    }

    @Test
    void whatTransformersAlwaysPassesIsThereWithoutBeingGiven() {
        assertThat(TemplateData.render(
                        "{{ tools }} {{ documents }} {{ add_generation_prompt }} {{ bos_token is defined }}"))
                .isEqualTo("None None False False");
    }

    @Test
    void theClockIsTheCallers() {
        var clock = Clock.fixed(Instant.parse("2024-12-31T23:30:00Z"), ZoneId.of("Europe/Zurich"));
        assertThat(ChatTemplate.parse("{{ strftime_now('%d %B %Y %H:%M') }}").render(HI, Map.of(), clock))
                .isEqualTo("01 January 2025 00:30");
    }

    @Test
    void everyKindOfPlainDataIsAccepted() {
        var data = Map.<String, Object>of(
                "a", List.of(1, 2L, (short) 3, new BigInteger("12345678901234567890"), 1.5f, new StringBuilder("x")));
        assertThat(ChatTemplate.parse("{{ a }}").render(HI, data))
                .isEqualTo("[1, 2, 3, 12345678901234567890, 1.5, 'x']");
    }

    @Test
    void otherDataAreRefusedByName() {
        assertThatThrownBy(() -> ChatTemplate.parse("x").render(HI, Map.of("a", List.of(Thread.currentThread()))))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("java.lang.Thread");
    }

    @Test
    void dataThatContainThemselvesAreRefused() {
        var loop = new HashMap<String, Object>();
        loop.put("self", loop);
        assertThatThrownBy(() -> ChatTemplate.parse("x").render(HI, Map.of("a", loop)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("deep");
    }

    @Test
    void aConversationWithoutMessagesIsRefused() {
        assertThatThrownBy(() -> ChatTemplate.parse("x").render(List.of(), Map.of()))
                .isInstanceOf(BadInput.class);
    }

    @Test
    void anExceptionOfTheTemplateHasItsExactTextAndItsLine() {
        var failure = failure("a\n{% if true %}\n{{ raise_exception('Roles must alternate: ' ~ 1) }}\n{% endif %}");
        assertThat(failure).hasMessage("Roles must alternate: 1");
        assertThat(failure.line()).isEqualTo(3);
        assertThat(failure.raised()).isTrue();
    }

    @Test
    void anErrorWhileRenderingHasItsLine() {
        var failure = failure("line\n\n{{ messages[0].name.first }}\n");
        assertThat(failure).hasMessage("'dict object' has no attribute 'name'");
        assertThat(failure.line()).isEqualTo(3);
        assertThat(failure.raised()).isFalse();
    }

    @Test
    void aSyntaxErrorHasItsLine() {
        assertThat(failure("a\n{% if x %}\n{{ 'b' }}\n{% endfor %}").line()).isEqualTo(4);
        assertThat(failure("{{ 1 +\n\n* }}").line()).isEqualTo(3);
        assertThat(failure("\n{# never closed").line()).isEqualTo(2);
        assertThat(failure("{% for x in y %}\n\n").getMessage()).contains("endfor");
        assertThat(failure("\r\n\r{{ x | nosuchfilter }}"))
                .hasMessage("No filter named 'nosuchfilter'.")
                .extracting(TemplateException::line)
                .isEqualTo(3);
    }

    @Test
    void whatChatTemplatesHaveNoUseForIsUnknown() {
        assertThat(failure("{{ 'a b' | wordwrap(1) }}")).hasMessage("No filter named 'wordwrap'.");
        assertThat(failure("{{ 1 | filesizeformat }}")).hasMessage("No filter named 'filesizeformat'.");
        assertThat(failure("{% block a %}{% endblock %}")).hasMessage("Encountered unknown tag 'block'.");
        assertThat(failure("{% for x in [] recursive %}{% endfor %}")).hasMessageContaining("got 'recursive'");
    }

    @Test
    void behindTheLastDigitOfAFloatThereAreZeros() {
        assertThat(TemplateData.render("{{ '%.2000f' % 2 ** -1074 }}|{{ '{:.2000f}'.format(1.5) }}"))
                .isEqualTo(
                        new BigDecimal(Double.MIN_VALUE).setScale(2_000).toPlainString() + "|1.5" + "0".repeat(1_999));
    }

    @Test
    void whatIsAddedToSafeTextIsEscapedAndNothingElse() {
        assertThat(TemplateData.render("{{ '<' | safe }}{{ '<' }}{{ '<' | e }}{{ '<' | safe | escape }}"))
                .isEqualTo("<<&lt;<");
        assertThat(TemplateData.render("{{ 'to \"' | safe + '\"' + {'a': '<'} | tojson }}"))
                .isEqualTo("to \"&#34;{&#34;a&#34;: &#34;&lt;&#34;}");
    }

    @Test
    void oneTemplateCanRenderOnManyThreads() {
        var template = ChatTemplate.parse(
                "{% set ns = namespace(n=0) %}{% for i in range(100) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
        var texts = java.util.stream.IntStream.range(0, 200)
                .parallel()
                .mapToObj(i -> template.render(HI, Map.of("i", i)))
                .distinct();
        assertThat(texts).containsExactly("4950");
    }

    @Test
    void aTemplateCannotReachOrChangeWhatItIsGiven() {
        assertThat(failure("{{ ''.__class__.__mro__ }}")).hasMessageContaining("__class__");
        assertThat(failure("{{ messages.append(1) }}")).hasMessageContaining("unsafe");
        assertThat(failure("{{ messages[0].update({'content': 'x'}) }}")).hasMessageContaining("unsafe");
        assertThat(failure("{% set messages.x = 1 %}")).hasMessageContaining("non-namespace");
        assertThat(TemplateData.render("{{ messages.getClass }}{{ messages[0]['getClass'] }}{{ ''.chars }}"))
                .isEmpty();
    }
}
