package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.decode.Request;
import chainrule.local.LocalModel;
import chainrule.local.Message;
import chainrule.local.Prompts;
import chainrule.text.template.ChatTemplate;
import chainrule.text.template.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model's chat template makes a prompt of.
 *
 * @param messages each with its {@code role}, its {@code content} and whatever else templates read
 * @param tools that the model may call, as the API of OpenAI describes them; empty where nothing is said of tools
 */
record Conversation(List<Map<String, Object>> messages, Optional<List<Object>> tools) {
    /** Turns without tools. */
    static Conversation of(List<Message> turns) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Message turn : turns) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", turn.role());
            message.put("content", turn.content());
            messages.add(message);
        }
        return new Conversation(messages, Optional.empty());
    }

    /** What the model is given to read. @throws BadInput where its template is missing, is broken or refuses this */
    String render(Checkpoint model) {
        String source = model.chatTemplate()
                .orElseThrow(() -> new BadInput(
                        model.path() + " has no chat template: it continues texts, by generate without --chat."));
        Map<String, Object> variables = new LinkedHashMap<>();
        for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            model.specialToken(name).ifPresent(token -> variables.put(name, token));
        }
        tools.ifPresent(list -> variables.put("tools", list));
        variables.put("add_generation_prompt", true);
        try {
            return ChatTemplate.parse(source).render(messages, variables);
        } catch (TemplateException e) {
            throw new BadInput("The chat template of " + model.path() + reason(e), e);
        }
    }

    private static String reason(TemplateException e) {
        String message = String.valueOf(e.getMessage()).replaceFirst("[.]?$", ".");
        return e.raised()
                ? " refuses this conversation: " + message
                : " fails at its line " + e.line() + ": " + message;
    }

    /** The tokens of what the model is given to read. */
    int[] ids(Checkpoint model, Prompts prompts) {
        return prompts.tokenizer().ids(render(model), false);
    }

    /** The next turn, to be said by the model. */
    Request request(LocalModel lm) {
        return lm.request(ids(lm.checkpoint(), lm.prompts())).with(lm.prompts().turnEnds());
    }
}
