package chainrule.model;

import org.bytedeco.pytorch.Tensor;

/** What a model reads: token ids, or vectors in the embeddings' place. */
public sealed interface Tokens {
    /** The number of tokens of one text. */
    int length();

    /** int64 [B,T], or [T] in a {@link Segment}. */
    record Ids(Tensor ids) implements Tokens {
        @Override
        public int length() {
            return (int) ids.size(ids.dim() - 1);
        }
    }

    /** float32 [B,T,D], or [T,D] in a {@link Segment}: before positions are added. */
    record Vectors(Tensor vectors) implements Tokens {
        @Override
        public int length() {
            return (int) vectors.size(vectors.dim() - 2);
        }
    }

    /** Token ids in Java memory: [T], for a {@link Segment}. */
    record Row(int... ids) implements Tokens {
        @Override
        public int length() {
            return ids.length;
        }
    }
}
