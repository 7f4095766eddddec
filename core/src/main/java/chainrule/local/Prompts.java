package chainrule.local;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.ChatFormat;
import chainrule.decode.Stops;
import chainrule.decode.TextStream;
import chainrule.text.Detokenizer;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.text.Tokenizer;
import chainrule.text.template.ChatTemplate;
import chainrule.text.template.TemplateException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * The text side of a model: its tokenizer, special tokens and chat template. A model may lack the tokenizer, and then
 * reads and writes token ids only.
 */
public final class Prompts implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Optional<Tokenizer> tokenizer;
    private final Consumer<String> warnings;

    private Prompts(Checkpoint checkpoint, Optional<Tokenizer> tokenizer, Consumer<String> warnings) {
        this.checkpoint = checkpoint;
        this.tokenizer = tokenizer;
        this.warnings = warnings;
    }

    /**
     * Reads a checkpoint's tokenizer, to be closed by the caller.
     *
     * @param warnings is told, in a sentence, of what was mended
     * @throws BadInput where the tokenizer cannot be used
     */
    public static Prompts of(Checkpoint checkpoint, Consumer<String> warnings) {
        Optional<Tokenizer> tokenizer = checkpoint
                .tokenizer()
                .<Tokenizer>map(
                        file -> HuggingFaceTokenizer.open(file.toAbsolutePath().resolveSibling("")))
                .or(() -> ofMetadata(checkpoint));
        return new Prompts(checkpoint, tokenizer, warnings);
    }

    /** The vocabulary in a GGUF file. */
    private static Optional<Tokenizer> ofMetadata(Checkpoint checkpoint) {
        Map<String, Object> metadata = checkpoint.metadata();
        String file = checkpoint.path().toString();
        return metadata.containsKey("tokenizer.ggml.tokens")
                ? Optional.of(HuggingFaceTokenizer.of(metadata, file))
                : Optional.empty();
    }

    public boolean hasTokenizer() {
        return tokenizer.isPresent();
    }

    /** @throws BadInput where the model has none */
    public Tokenizer tokenizer() {
        return tokenizer.orElseThrow(
                () -> new BadInput(
                        checkpoint.path()
                                + " has no tokenizer: put its tokenizer.json beside it, or give token ids (--ids on the command line)."));
    }

    /** The model's chat template, if it has one. */
    Optional<String> template() {
        return checkpoint.chatTemplate();
    }

    /** The tokens of a raw text, with what the tokenizer itself adds to a text. @throws BadInput without a tokenizer */
    public int[] text(String text) {
        int[] ids = tokenizer().ids(text, true);
        OptionalInt begin = begin();
        if (ids.length > 1 && begin.isPresent() && ids[0] == begin.getAsInt() && ids[1] == ids[0]) {
            warnings.accept("The text begins with " + tokenizer().token(ids[0])
                    + ", which the tokenizer adds by itself: it is read once.");
            return Arrays.copyOfRange(ids, 1, ids.length);
        }
        return ids;
    }

    /** What the model is given to read. @throws BadInput where its chat template is missing, broken or refuses this */
    public String render(Conversation conversation) {
        return chatFormat().render(conversation.messages(), conversation.tools(), true);
    }

    /** The chat template, for which it is now whenever it asks. @throws BadInput where it is missing or broken */
    public ChatFormat chatFormat() {
        String source = checkpoint
                .chatTemplate()
                .orElseThrow(() -> new BadInput(checkpoint.path()
                        + " has no chat template: it continues texts (without --chat on the command line)."));
        Map<String, Object> special = new LinkedHashMap<>();
        for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            checkpoint.specialToken(name).ifPresent(token -> special.put(name, token));
        }
        Clock now = Clock.fixed(Instant.now(), ZoneId.systemDefault());
        try {
            ChatTemplate template = ChatTemplate.parse(source);
            return (messages, tools, prompted) -> {
                Map<String, Object> variables = new LinkedHashMap<>(special);
                tools.ifPresent(some -> variables.put("tools", some));
                variables.put("add_generation_prompt", prompted);
                try {
                    return template.render(messages, variables, now);
                } catch (TemplateException e) {
                    throw failed(e);
                }
            };
        } catch (TemplateException e) {
            throw failed(e);
        }
    }

    private BadInput failed(TemplateException e) {
        return new BadInput("The chat template of " + checkpoint.path() + reason(e), e);
    }

    private static String reason(TemplateException e) {
        String message = String.valueOf(e.getMessage()).replaceFirst("[.]?$", ".");
        return e.raised()
                ? " refuses this conversation: " + message
                : " fails at its line " + e.line() + ": " + message;
    }

    /** The tokens of a conversation. @throws BadInput as {@link #render}, or where the model has no tokenizer */
    public int[] chat(Conversation conversation) {
        return tokenizer().ids(render(conversation), false);
    }

    /** The token that begins a text. */
    public OptionalInt begin() {
        return id("bos_token");
    }

    /** The tokens that end a text, as the publisher lists them. */
    public Stops ends() {
        Set<Integer> ends =
                new LinkedHashSet<>(ids(checkpoint.generationConfig().path("eos_token_id")));
        if (ends.isEmpty()) {
            ends.addAll(ids(checkpoint.config().path("eos_token_id")));
        }
        if (ends.isEmpty()) {
            id("eos_token").ifPresent(ends::add);
        }
        return new Stops(List.copyOf(ends), List.of());
    }

    /** The tokens that end a turn: {@link #ends}, and what the tokenizer calls the end. */
    public Stops turnEnds() {
        OptionalInt end = id("eos_token");
        return end.isPresent() ? ends().and(Stops.tokens(end.getAsInt())) : ends();
    }

    /** Makes a decoder of a continuation's text; none without a tokenizer. */
    public Optional<Supplier<TextStream>> stream() {
        return tokenizer.map(t -> () -> stream(t.detokenizer(true)));
    }

    private static TextStream stream(Detokenizer detokenizer) {
        return new TextStream() {
            @Override
            public String push(int id) {
                return detokenizer.push(id);
            }

            @Override
            public String end() {
                return detokenizer.end();
            }
        };
    }

    private OptionalInt id(String special) {
        Optional<String> token = checkpoint.specialToken(special);
        return token.isPresent() && tokenizer.isPresent() ? tokenizer.get().id(token.get()) : OptionalInt.empty();
    }

    private static List<Integer> ids(JsonNode node) {
        if (node.isArray()) {
            return node.valueStream()
                    .filter(JsonNode::isInt)
                    .map(JsonNode::intValue)
                    .toList();
        }
        return node.isInt() ? List.of(node.intValue()) : List.of();
    }

    /** Frees the tokenizer. Closing again does nothing. */
    @Override
    public void close() {
        tokenizer.ifPresent(Tokenizer::close);
    }
}
