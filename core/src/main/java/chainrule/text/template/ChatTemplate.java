package chainrule.text.template;

import chainrule.BadInput;
import chainrule.text.template.Stmt.Scope;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A model's chat template: what turns a conversation into the text that the model reads. It is written in Jinja and
 * renders as Hugging Face transformers renders it (there {@code apply_chat_template}, version 5.23): blocks are
 * trimmed, {@code break}, {@code continue} and {@code generation} are tags, {@code raise_exception} and
 * {@code strftime_now} are functions, {@code tojson} escapes neither HTML nor characters beyond ASCII.
 *
 * <p>Templates come from strangers, so they can do nothing but make text: they see copies of plain data, and one that
 * would run too long, nest too deeply or make too much text is an error. Of Jinja's own language what chat templates
 * have no use for is unknown here: other templates and blocks ({@code include}, {@code import}, {@code extends},
 * {@code block}), automatic escaping, recursive loops, chance, and filters that lay out web pages.
 */
public final class ChatTemplate {
    /** Names of a message's reasoning, the first of which templates read. */
    private static final List<String> REASONING = List.of("reasoning_content", "thinking", "reasoning");

    private final String source;
    private final Scope template;

    private ChatTemplate(String source, Scope template) {
        this.source = source;
        this.template = template;
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException at the first syntax error
     */
    public static ChatTemplate parse(String source) {
        try {
            return new ChatTemplate(source, Parser.parse(source));
        } catch (StackOverflowError e) {
            throw new TemplateException("The template nests too deeply for this thread.").at(1);
        }
    }

    /** Renders a conversation at the present time. */
    public String render(List<Map<String, Object>> messages, Map<String, Object> variables) {
        return render(messages, variables, Clock.system(ZoneId.systemDefault()));
    }

    /**
     * Renders a conversation.
     *
     * @param messages what was said, each with its {@code role} and {@code content}; values are text, numbers, true
     *     and false, lists and maps of these; keys whose value is null are dropped
     * @param variables what else the template may ask for: {@code add_generation_prompt} (false if absent),
     *     {@code tools} and {@code documents} (null if absent), {@code bos_token}, {@code eos_token}, ...
     * @param clock what {@code strftime_now} reads
     * @throws TemplateException if the template fails, or raises an exception about the conversation
     * @throws BadInput if there are no messages, or if the data hold what a template cannot have
     */
    public String render(List<Map<String, Object>> messages, Map<String, Object> variables, Clock clock) {
        if (messages.isEmpty()) {
            throw new BadInput("A chat template needs at least one message.");
        }
        var values = Globals.all();
        values.put("add_generation_prompt", false);
        values.put("tools", Value.None.NONE);
        values.put("documents", Value.None.NONE);
        variables.forEach((name, value) -> values.put(name, Values.of(value)));
        values.put("messages", messages.stream().map(ChatTemplate::message).toList());
        long size = source.length();
        for (Object value : values.values()) {
            size += Values.weight(value);
        }
        var evaluator = new Evaluator(new Budget(size), clock);
        try {
            return new Executor(evaluator).render(template, values);
        } catch (TemplateException e) {
            throw e.at(evaluator.line());
        } catch (StackOverflowError e) {
            throw new TemplateException("The template nests calls too deeply for this thread.").at(evaluator.line());
        }
    }

    /** A message without its null values, and with its reasoning under the names that templates know it by. */
    private static Object message(Map<String, Object> message) {
        var present = new LinkedHashMap<>(message);
        present.values().removeIf(Objects::isNull);
        Optional<Object> reasoning =
                REASONING.stream().map(present::get).filter(Objects::nonNull).findFirst();
        var named = new LinkedHashMap<String, Object>();
        reasoning.ifPresent(text -> named.put("thinking", text));
        named.putAll(present);
        reasoning.ifPresent(text -> named.put("reasoning_content", text));
        return Values.of(named);
    }
}
