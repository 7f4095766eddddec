package chainrule.data;

import chainrule.BadInput;
import chainrule.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How examples of answers become tokens. A completion of a text stands between the tokens that begin and end a text, the
 * end being trained; of messages, and in a chat, the template's text is taken as it is.
 *
 * @param begin the tokens that the tokenizer puts before a text
 * @param end the token that ends a text
 * @param format the model's chat template, if it has one
 */
public record ExampleForm(Tokenizer tokenizer, int[] begin, int end, Optional<ChatFormat> format) {
    /** With what the tokenizer by itself puts before a text. */
    public static ExampleForm of(Tokenizer tokenizer, int end, Optional<ChatFormat> format) {
        return new ExampleForm(tokenizer, begin(tokenizer), end, format);
    }

    /** The tokens that a tokenizer by itself puts before a text. */
    public static int[] begin(Tokenizer tokenizer) {
        int[] plain = tokenizer.ids("a", false);
        int[] framed = tokenizer.ids("a", true);
        int at = 0;
        while (at + plain.length < framed.length
                && !Arrays.equals(Arrays.copyOfRange(framed, at, at + plain.length), plain)) {
            at++;
        }
        return Arrays.copyOf(framed, at);
    }

    /** @throws BadInput where the line has no such messages or tools, or the template does not take them */
    Marked.Tokens chat(ExampleLines.Line line) {
        return tokens(line, Messages.of(line.origin(), line.get("messages")), 0);
    }

    /** What is under {@code answer} after what is under {@code prompt}, each a text or messages. */
    Marked.Tokens completion(ExampleLines.Line line, String prompt, String answer) {
        if (line.get(prompt) instanceof String before && line.get(answer) instanceof String after) {
            return Marked.completion(before, after).tokens(tokenizer).framed(begin, end);
        }
        List<Map<String, Object>> messages = new ArrayList<>(turns(line, prompt, "user"));
        int from = messages.size();
        messages.addAll(turns(line, answer, "assistant"));
        return tokens(line, messages, from);
    }

    private Marked.Tokens tokens(ExampleLines.Line line, List<Map<String, Object>> messages, int from) {
        Object tools = line.get("tools");
        Optional<List<Object>> given =
                tools == null ? Optional.empty() : Optional.of(Messages.tools(line.origin(), tools));
        ChatFormat chat = format.orElseThrow(
                () -> line.wrong("has messages, and the model has no chat template to make a text of them:"
                        + " give texts as prompt and completion, or train a model that has one."));
        try {
            return Marked.chat(messages, from, given, chat).tokens(tokenizer);
        } catch (BadInput e) {
            throw new BadInput(line.origin() + ": " + e.getMessage(), e);
        }
    }

    private static List<Map<String, Object>> turns(ExampleLines.Line line, String name, String role) {
        return switch (line.get(name)) {
            case String text -> List.of(Map.of("role", role, "content", text));
            case Map<?, ?> message -> Messages.of(line.origin(), List.of(message));
            case null -> throw line.wrong("has no " + name + ": give it as a text or a list of messages.");
            case Object value -> Messages.of(line.origin(), value);
        };
    }
}
