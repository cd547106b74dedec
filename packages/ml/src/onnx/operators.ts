/**
 * Operators that an artifact may use, per domain: element-wise arithmetic, linear algebra, shaping and classical machine
 * learning. Left out on purpose: control flow (a loop may never end), randomness, sequences and maps, image and audio work.
 */
export const ALLOWED_OPERATORS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    '',
    new Set(
      `Abs Add And ArgMax ArgMin BatchNormalization Cast Ceil Clip Concat Constant ConstantOfShape Div Dropout Elu Equal Erf
       Exp Expand Flatten Floor Gather GatherElements Gelu Gemm Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf
       IsNaN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max Mean Min Mish Mod Mul Neg Not OneHot Or
       PRelu Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
       ReduceSum ReduceSumSquare Relu Reshape Round Selu Shape Sigmoid Sign Slice Softmax Softplus Softsign Split Sqrt
       Squeeze Sub Sum Tanh ThresholdedRelu TopK Transpose Unsqueeze Where Xor`.split(/\s+/),
    ),
  ],
  [
    'ai.onnx.ml',
    new Set(
      `ArrayFeatureExtractor Binarizer FeatureVectorizer Imputer LabelEncoder LinearClassifier LinearRegressor Normalizer
       OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor`.split(
        /\s+/,
      ),
    ),
  ],
]);

/** Range of operator-set versions understood per domain. */
export const OPERATOR_SETS: ReadonlyMap<string, { readonly minimum: number; readonly maximum: number }> = new Map([
  ['', { minimum: 9, maximum: 22 }],
  ['ai.onnx.ml', { minimum: 1, maximum: 4 }],
]);

/** Range of file format (IR) versions understood. */
export const IR_VERSIONS = { minimum: 3, maximum: 10 };
