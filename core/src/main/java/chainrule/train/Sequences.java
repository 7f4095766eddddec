package chainrule.train;

/**
 * Whose texts a student is taught on. Given ones are what is wanted; its own are what it will see when it decodes (Lin et
 * al., "Autoregressive Knowledge Distillation through Imitation Learning", 2020; Agarwal et al., "On-Policy Distillation of
 * Language Models", 2024); the teacher's are easier to imitate than people's (Kim and Rush, "Sequence-Level Knowledge
 * Distillation", 2016).
 */
public sealed interface Sequences {
    /** The part of the batches that the student writes. */
    double student();

    /** The part of the batches that the teacher writes. The rest is given. */
    double teacher();

    /** All given. */
    record Given() implements Sequences {
        @Override
        public double student() {
            return 0;
        }

        @Override
        public double teacher() {
            return 0;
        }
    }

    /** All by the student, as it is at that step. */
    record Student() implements Sequences {
        @Override
        public double student() {
            return 1;
        }

        @Override
        public double teacher() {
            return 0;
        }
    }

    /** All by the teacher. */
    record Teacher() implements Sequences {
        @Override
        public double student() {
            return 0;
        }

        @Override
        public double teacher() {
            return 1;
        }
    }

    /**
     * Batch by batch one or the other, by chance. The paper on on-policy distillation mixes the student's with given ones
     * half and half.
     */
    record Mixed(double student, double teacher) implements Sequences {
        public Mixed {
            if (!(student >= 0 && teacher >= 0 && student + teacher <= 1)) {
                throw new IllegalArgumentException("student " + student + " and teacher " + teacher
                        + ": parts from 0 on are needed that are at most 1 together");
            }
        }

        /** Half by the student, half given. */
        public Mixed() {
            this(0.5, 0);
        }
    }
}
