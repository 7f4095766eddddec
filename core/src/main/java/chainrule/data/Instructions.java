package chainrule.data;

import chainrule.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Examples of how a model is to answer, from JSON lines of one {@link ExampleShape}: chats or completions, of which only
 * the answers are trained. Of two answers to one prompt the better one comes first, as an example of its own.
 */
public final class Instructions implements Corpus {
    private final Corpus files;
    private final ExampleShape shape;
    private final ExampleForm form;
    private final int length;
    private final boolean truncate;
    private long cut;
    private long straddling;

    /**
     * @param sources files and folders of JSON lines
     * @param length of the longest row, T: an example may have T+1 tokens
     * @param truncate whether longer ones are cut at their end; otherwise they are refused
     * @throws BadInput for sources that do not exist or hold no examples of answers
     */
    public Instructions(List<Path> sources, ExampleForm form, int length, boolean truncate) {
        this.shape = ExampleShape.of(sources);
        if (shape == ExampleShape.TEXT) {
            throw new BadInput(sources.getFirst() + " has " + shape + ", which are no examples of answers.");
        }
        this.files = ExampleFile.all(sources, this::examples);
        this.form = form;
        this.length = length;
        this.truncate = truncate;
    }

    /** How many examples were cut since they were last read from the start. */
    public long cut() {
        return cut;
    }

    /** In how many of them a token holds both the end of a prompt and the beginning of its answer. */
    public long straddling() {
        return straddling;
    }

    /** What a reader of the run should know of them: a sentence each. */
    public List<String> remarks() {
        List<String> all = new ArrayList<>();
        if (cut > 0) {
            all.add(cut + " of the examples were longer than a row and cut at their end.");
        }
        if (straddling > 0) {
            all.add(straddling
                    + " of the examples have a token that ends a prompt and begins its answer, which is trained"
                    + " whole: begin answers with the space, not end prompts with it.");
        }
        return all;
    }

    @Override
    public Stream<Document> documents() {
        return documents(_ -> {});
    }

    /** @throws BadInput (from the stream) that names the line which is no example, is too long or has nothing to train */
    @Override
    public Stream<Document> documents(LongConsumer read) {
        cut = 0;
        straddling = 0;
        return files.documents(read);
    }

    @Override
    public OptionalLong bytes() {
        return files.bytes();
    }

    private List<Document> examples(ExampleLines.Line line) {
        shape.check(line);
        return switch (shape) {
            case CHAT -> List.of(example(line, form.chat(line)));
            case PREFERENCE ->
                List.of(
                        example(line, form.completion(line, "prompt", "chosen")),
                        example(line, form.completion(line, "prompt", "rejected")));
            default -> List.of(example(line, form.completion(line, "prompt", "completion")));
        };
    }

    private Document example(ExampleLines.Line line, Marked.Tokens all) {
        if (all.targets() == 0) {
            throw line.wrong("has nothing to train: give it an answer with a text.");
        }
        Marked.Tokens some = all.cut(length + 1);
        if (some.ids().length < all.ids().length) {
            if (!truncate) {
                throw line.wrong("has " + all.ids().length + " tokens, more than a row of " + length
                        + " takes: choose longer rows, or have long examples cut at their end.");
            }
            if (some.targets() == 0) {
                throw line.wrong(
                        "has nothing to train in its first " + (length + 1)
                                + " tokens, all of which are read: choose longer rows, or shorten what comes before the answer.");
            }
            cut++;
        }
        straddling += all.across() ? 1 : 0;
        return new Document.Example(some.ids(), some.trained(), line.origin());
    }
}
